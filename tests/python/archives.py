"""Makes a client of an exported schema with grpcio-tools, and reads typed results with it.

Takes the host and port of a server of `lro.tests.archives.v1`, the folder of the exported files, and the one of those of Google's that they
import.
"""

import importlib
import sys
import tempfile
from importlib import resources

import grpc
from google.api_core import operation
from google.api_core.operations_v1 import OperationsClient
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2
from grpc_tools import protoc

host, schema, imports = sys.argv[1:]
PROTOS = ["lro/tests/shelves/v1/shelves.proto", "lro/tests/archives/v1/archives.proto"]

made = tempfile.mkdtemp()
well_known = str(resources.files("grpc_tools") / "_proto")
arguments = [f"-I{schema}", f"-I{imports}", f"-I{well_known}", f"--python_out={made}", f"--grpc_python_out={made}"]
assert protoc.main(["protoc", *arguments, *PROTOS]) == 0
sys.path.insert(0, made)
archives = importlib.import_module("lro.tests.archives.v1.archives_pb2")
stubs = importlib.import_module("lro.tests.archives.v1.archives_pb2_grpc")

# The types that the methods say that they have, as client generators read them.
service = archives.DESCRIPTOR.services_by_name["Archives"]
infos = {
    method.name: method.GetOptions().Extensions[operations_pb2.operation_info] for method in service.methods
}
create, delete = infos["CreateArchive"], infos["DeleteArchive"]
assert (create.response_type, create.metadata_type) == ("Archive", "CreateArchiveMetadata"), create
assert (delete.response_type, delete.metadata_type) == ("google.protobuf.Empty", "DeleteArchiveMetadata"), delete

channel = grpc.insecure_channel(host)
stub = stubs.ArchivesStub(channel)
client = OperationsClient(channel)


def result(started, response_type, metadata_type):
    """The typed result and metadata of an operation."""
    future = operation.from_gapic(started, client, response_type, metadata_type=metadata_type)
    return future.result(timeout=10), future.metadata


archive = archives.Archive(
    size_bytes=2**63,
    retention={"seconds": 60},
    format=archives.Archive.FORMAT_PLAIN,
    upload={"url": "https://example.com"},
    labels={"kind": "disk"},
    entries=[{"path": "a", "entries": [{"path": "b", "content": b"\0\xff"}]}],
    checksum=0,
    create_time={"seconds": 1, "nanos": 5},
    shelf={"name": "shelves/1"},
)
started = stub.CreateArchive(archives.CreateArchiveRequest(parent="shelves/1", archive=archive))
assert started.name.startswith("shelves/1/operations/"), started
created, metadata = result(started, archives.Archive, archives.CreateArchiveMetadata)
assert created.name == "shelves/1/archives/1" and created.HasField("checksum"), created
assert metadata.progress_percent == 100, metadata
created.name = ""
assert created == archive, created

started = stub.DeleteArchive(archives.DeleteArchiveRequest(name="shelves/1/archives/1"))
deleted, metadata = result(started, empty_pb2.Empty, archives.DeleteArchiveMetadata)
assert deleted == empty_pb2.Empty() and metadata == archives.DeleteArchiveMetadata()
