"""Drives the five methods over gRPC with `google.api_core`: its operations clients, and the futures on them, sync and asyncio.

Takes the host and port of a server that starts works of `lro.tests.foreign.v1` under `POST /v1/projects/p/works`.
"""

import asyncio
import sys

import grpc
import requests
from google.api_core import exceptions, operation, operation_async
from google.api_core.operations_v1 import OperationsAsyncClient, OperationsClient
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import duration_pb2, json_format
from google.rpc import code_pb2
from grpc_status import rpc_status

import works

host = sys.argv[1]
channel = grpc.insecure_channel(host)
client = OperationsClient(channel)
stub = operations_pb2_grpc.OperationsStub(channel)


def start(mode):
    answer = requests.post(f"http://{host}/v1/projects/p/works", json={"mode": mode}, timeout=10)
    answer.raise_for_status()
    return json_format.ParseDict(answer.json(), operations_pb2.Operation())


def future(mode, result_type=works.RESULT):
    return operation.from_gapic(
        start(mode), client, result_type, metadata_type=works.METADATA, polling=works.POLLING,
    )


works.check_futures(future)

# The client's own methods.
endless = start("endless").name
assert client.get_operation(endless).name == endless
everything = [one.name for one in client.list_operations("projects/p", "")]
assert endless == everything[0] and len(everything) == len(set(everything)) == 5, everything
client.cancel_operation(endless)
client.delete_operation(endless)
works.check_raises(exceptions.NotFound, "OPERATION_NOT_FOUND", client.get_operation, endless)
works.check_raises(exceptions.NotFound, "OPERATION_NOT_FOUND", client.delete_operation, endless)
works.check_raises(exceptions.InvalidArgument, "INVALID_OPERATION_NAME", client.get_operation, "")
works.check_raises(
    exceptions.InvalidArgument, "INVALID_FILTER", lambda: list(client.list_operations("projects/p", "nothing = 1")),
)

# P-068, P-069, P-070: Wait ends at its timeout, or a little before the call's deadline, and not with an error.
endless = start("endless").name
request = operations_pb2.WaitOperationRequest(name=endless, timeout=duration_pb2.Duration(nanos=1_000_000))
assert not stub.WaitOperation(request).done
assert not stub.WaitOperation(operations_pb2.WaitOperationRequest(name=endless), timeout=1).done
client.cancel_operation(endless)
assert stub.WaitOperation(operations_pb2.WaitOperationRequest(name=endless)).error.code == code_pb2.CANCELLED

# P-178: the helper refuses a blob whose code or message is not the trailer's; also when the message is not ASCII.
for name in ["projects/p/operations/unknown", "Über%1"]:
    try:
        stub.GetOperation(operations_pb2.GetOperationRequest(name=name))
        raise AssertionError(f"{name} is there")
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        assert status.code == error.code().value[0] and status.message == error.details() and name in status.message
        assert len(status.details) == 1, status

# P-141, P-042.
unknown = channel.unary_unary("/google.longrunning.Operations/Pause")
try:
    unknown(b"")
    raise AssertionError("there is no such method")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error


async def check_async():
    async with grpc.aio.insecure_channel(host) as async_channel:
        async_client = OperationsAsyncClient(async_channel)

        async def async_future(mode, result_type=works.RESULT):
            return operation_async.from_gapic(
                start(mode), async_client, result_type, metadata_type=works.METADATA, retry=works.ASYNC_POLLING,
            )

        await works.check_async_futures(async_future)
        pages = await async_client.list_operations("projects/p", "")
        names = [one.name async for one in pages]
        assert len(names) == len(set(names)) == 9, names
        await async_client.delete_operation(names[0])
        await works.check_raises_async(exceptions.NotFound, async_client.get_operation(names[0]))


asyncio.run(check_async())
