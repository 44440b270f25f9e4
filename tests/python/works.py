"""What the programs of both wires check of the works that the server starts.

A work's mode says what becomes of it: `finish`, `nothing`, `fail`, `endless`.
"""

import concurrent.futures

from google.api_core import exceptions, retry
from google.api_core.future import async_future, polling
from google.protobuf import empty_pb2, struct_pb2
from google.rpc import code_pb2, error_details_pb2

RESULT = struct_pb2.Struct
METADATA = struct_pb2.Struct

# As the default, but for tests.
POLLING = retry.Retry(
    predicate=polling.RETRY_PREDICATE, initial=0.05, maximum=0.5, multiplier=1.5, timeout=60,
)


ASYNC_POLLING = retry.AsyncRetry(
    predicate=retry.if_exception_type(async_future._OperationNotComplete), initial=0.05, maximum=0.5, multiplier=1.5,
)


def check_raises(kind, reason, call, *arguments):
    try:
        answer = call(*arguments)
    except kind as error:
        assert reason is None or error.reason == reason, error
        return error
    raise AssertionError(f"{kind.__name__} was expected, not {answer}")


def check_futures(start):
    """`operation.Operation` from its start to each of its ends."""
    finished = start("finish")
    seen = []
    finished.add_done_callback(lambda future: seen.append(future.result()["copied"]))
    result = finished.result()
    assert result["copied"] == 7 and finished.done() and not finished.cancelled(), result
    assert finished.metadata["percent"] == 100, finished.metadata
    assert finished.exception() is None
    assert not finished.cancel(), "it is done"

    nothing = start("nothing", empty_pb2.Empty)
    assert nothing.result() == empty_pb2.Empty() and nothing.operation.HasField("response")

    failed = start("fail")
    error = check_raises(exceptions.GoogleAPICallError, None, failed.result)
    check_failure(error, failed)

    endless = start("endless")
    assert endless.running() and not endless.done()
    timed_out = check_raises(concurrent.futures.TimeoutError, None, lambda: endless.result(timeout=0.2))
    assert "Timeout" in str(timed_out) or "timeout" in str(timed_out), timed_out
    assert endless.cancel()
    error = check_raises(exceptions.GoogleAPICallError, None, endless.result)
    assert isinstance(error, exceptions.Cancelled), error
    assert endless.cancelled() and endless.operation.error.code == code_pb2.CANCELLED, "P-201"
    assert endless.operation.HasField("metadata"), "P-024"
    assert not endless.cancel()


async def check_async_futures(start):
    """The same for `operation_async.AsyncOperation`."""
    finished = await start("finish")
    result = await finished.result()
    assert result["copied"] == 7 and await finished.done() and not await finished.cancelled(), result
    assert finished.metadata["percent"] == 100, finished.metadata
    assert not await finished.cancel(), "it is done"

    nothing = await start("nothing", empty_pb2.Empty)
    assert await nothing.result() == empty_pb2.Empty() and nothing.operation.HasField("response")

    failed = await start("fail")
    error = await check_raises_async(exceptions.GoogleAPICallError, failed.result())
    # P-203: without the class of its code.
    assert "there is no disk" in str(error) and error.errors == [failed.operation.error], error
    assert failed.operation.error.code == code_pb2.FAILED_PRECONDITION, "P-170"

    endless = await start("endless")
    assert await endless.running() and await endless.cancel()
    await check_raises_async(exceptions.GoogleAPICallError, endless.result())
    assert await endless.cancelled() and endless.operation.error.code == code_pb2.CANCELLED, "P-201"


async def check_raises_async(kind, awaitable):
    try:
        answer = await awaitable
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected, not {answer}")


def check_failure(error, failed):
    """The future's exception has the class of the code, the message, and the whole status as it came."""
    assert isinstance(error, exceptions.FailedPrecondition), type(error)
    assert "there is no disk" in str(error), error
    status, = error.errors
    assert status == failed.operation.error and status.code == code_pb2.FAILED_PRECONDITION, "P-170"
    info, precondition = error_details_pb2.ErrorInfo(), error_details_pb2.PreconditionFailure()
    assert len(status.details) == 2 and status.details[0].Unpack(info) and status.details[1].Unpack(precondition)
    assert (info.reason, info.domain) == ("NO_DISK", "lro.tests.foreign.v1.Works"), info
    assert dict(info.metadata) == {"disk": "d"}, info
    assert precondition.violations[0].subject == "disk d", precondition
