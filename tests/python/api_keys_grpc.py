"""Creates, updates, deletes and undeletes a key in the running example with Google's client for the API Keys API, over gRPC.

Takes the host and port of the example.
"""

import asyncio
import sys

import grpc
from google.cloud import api_keys_v2
from google.cloud.api_keys_v2.services.api_keys.transports import ApiKeysGrpcAsyncIOTransport, ApiKeysGrpcTransport

import api_keys

host = sys.argv[1]
transport = ApiKeysGrpcTransport(channel=grpc.insecure_channel(host))
api_keys.check(api_keys_v2.ApiKeysClient(transport=transport))


async def check_async():
    async_transport = ApiKeysGrpcAsyncIOTransport(channel=grpc.aio.insecure_channel(host))
    client = api_keys_v2.ApiKeysAsyncClient(transport=async_transport)
    creating = await client.create_key(parent=api_keys.PARENT, key=api_keys_v2.Key(display_name="x"), key_id="asyncio")
    created = await creating.result()
    assert created.name == f"{api_keys.PARENT}/keys/asyncio", created
    deleting = await client.delete_key(name=created.name)
    assert (await deleting.result()).delete_time is not None


asyncio.run(check_async())
