"""Drives the five methods over REST with `google.api_core`: the generic operations clients, and the futures on them.

Takes the host and port of a server that starts works of `lro.tests.foreign.v1` under `POST /v1/projects/p/works`.
"""

import asyncio
import sys

import requests
from google.api_core import exceptions, operation, operation_async
from google.api_core.operations_v1 import (
    AbstractOperationsClient,
    AsyncOperationsRestClient,
    AsyncOperationsRestTransport,
    OperationsRestTransport,
)
from google.auth.aio.credentials import AnonymousCredentials as AsyncAnonymousCredentials
from google.auth.credentials import AnonymousCredentials
from google.longrunning import operations_pb2
from google.protobuf import json_format

import works

host = sys.argv[1]
# It ignores its `url_scheme`.
transport = OperationsRestTransport(host=f"http://{host}", credentials=AnonymousCredentials())
client = AbstractOperationsClient(transport=transport)


def start(mode):
    answer = requests.post(f"http://{host}/v1/projects/p/works", json={"mode": mode}, timeout=10)
    answer.raise_for_status()
    return json_format.ParseDict(answer.json(), operations_pb2.Operation())


def future(mode, result_type=works.RESULT):
    started = start(mode)
    assert not started.done and started.metadata.Is(works.METADATA.DESCRIPTOR), started
    return operation.from_gapic(
        started, client, result_type, metadata_type=works.METADATA, polling=works.POLLING,
    )


works.check_futures(future)

# The client's own methods.
endless = start("endless").name
assert endless.startswith("projects/p/operations/"), endless
assert client.get_operation(endless).name == endless
everything = [one.name for one in client.list_operations("projects/p", filter_="", page_size=2)]
assert endless == everything[0] and len(everything) == len(set(everything)) == 5, everything
assert [one.name for one in client.list_operations("projects/other", filter_="")] == []
client.cancel_operation(endless)
client.delete_operation(endless)
works.check_raises(exceptions.NotFound, "OPERATION_NOT_FOUND", client.get_operation, endless)
works.check_raises(exceptions.NotFound, "OPERATION_NOT_FOUND", client.delete_operation, endless)
works.check_raises(
    exceptions.BadRequest, "INVALID_FILTER", lambda: list(client.list_operations("projects/p", filter_="nothing = 1")),
)

# P-135: with its own templates this client cannot name an operation at the root, and says so before it asks.
works.check_raises(ValueError, None, client.get_operation, "operations/abc")


async def check_async():
    async_transport = AsyncOperationsRestTransport(host=f"http://{host}", credentials=AsyncAnonymousCredentials())
    async_client = AsyncOperationsRestClient(transport=async_transport)

    async def async_future(mode, result_type=works.RESULT):
        return operation_async.from_gapic(
            start(mode), async_client, result_type, metadata_type=works.METADATA, retry=works.ASYNC_POLLING,
        )

    await works.check_async_futures(async_future)
    page = await async_client.list_operations("projects/p", page_size=2)
    names = [one.name async for one in page]
    assert len(names) == len(set(names)) == 8, names
    await async_client.delete_operation(names[0])
    await works.check_raises_async(exceptions.NotFound, async_client.get_operation(names[0]))


asyncio.run(check_async())
