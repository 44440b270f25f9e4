"""Reads the service config that a server prints, and asks for every rule of it.

Takes the host and port of a server that starts works of `lro.tests.foreign.v1` under `POST /v1/projects/p/works` and, at the root,
under `POST /v1/works`; and the file with the config.
"""

import re
import sys

import requests
import yaml
from google.api import service_pb2
from google.api_core import operation
from google.api_core.operations_v1 import AbstractOperationsClient, OperationsRestTransport
from google.auth.credentials import AnonymousCredentials
from google.longrunning import operations_pb2
from google.protobuf import json_format

import works

host, path = sys.argv[1:]
with open(path) as file:
    document = yaml.safe_load(file)

# As generators do: the type says what the rest is, and nothing may be in it that the type does not have.
assert document.pop("type") == "google.api.Service"
config = json_format.ParseDict(document, service_pb2.Service())
assert config.config_version.value == 3
assert [api.name for api in config.apis] == ["google.longrunning.Operations"]


def bindings(rule):
    """The method, the template and the body of each binding of a rule."""
    for binding in [rule, *rule.additional_bindings]:
        method = binding.WhichOneof("pattern")
        yield method, getattr(binding, method), binding.body


RULES = {rule.selector: list(bindings(rule)) for rule in config.http.rules}
SERVICE = operations_pb2.DESCRIPTOR.services_by_name["Operations"]
assert RULES.keys() == {method.full_name for method in SERVICE.methods}, RULES.keys()


def start(folder, mode):
    answer = requests.post(f"http://{host}/v1/{folder}works", json={"mode": mode}, timeout=10)
    answer.raise_for_status()
    return json_format.ParseDict(answer.json(), operations_pb2.Operation())


# Where the server starts works, and what begins the names of their operations.
FOLDERS = ["projects/p/", ""]


def expand(template, name):
    """The path for a name, or none where the template is not for it: `**` is as many segments as there are, `*` is one."""
    before, pattern, after = re.fullmatch(r"([^{]*)\{name=([^}]+)\}(.*)", template).groups()
    expression = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]+")
    return f"{before}{name}{after}" if re.fullmatch(expression, name) else None


def ask(selector, name):
    """The answers of the server to a method, for each binding that is for the name."""
    for method, template, body in RULES[f"google.longrunning.Operations.{selector}"]:
        if expand(template, name) is not None:
            asked.add((method, template))
            url = f"http://{host}{expand(template, name)}"
            answer = requests.request(method, url, json={} if body == "*" else None, timeout=10)
            yield answer.status_code, answer.json()


# Every binding, with the name of an operation that is there: all are routed, each to its method.
asked = set()
for folder in FOLDERS:
    finished, endless = start(folder, "finish").name, start(folder, "endless").name
    collection = folder.rstrip("/") or "operations"
    (code, answer), = ask("ListOperations", collection)
    assert code == 200 and [one["name"] for one in answer["operations"]] == [endless, finished], answer
    (code, answer), = ask("WaitOperation", finished)
    assert code == 200 and answer["name"] == finished and answer["done"], answer
    (code, answer), = ask("GetOperation", endless)
    assert code == 200 and answer["name"] == endless and "done" not in answer, answer
    assert list(ask("CancelOperation", endless)) == [(200, {})], "P-154"
    (code, answer), = ask("WaitOperation", endless)
    assert code == 200 and answer["error"]["code"] == 1, answer
    assert list(ask("DeleteOperation", endless)) == [(200, {})], "P-154"
    (code, answer), = ask("GetOperation", endless)
    assert code == 404 and answer["error"]["details"][0]["reason"] == "OPERATION_NOT_FOUND", answer
assert asked == {(method, template) for rule in RULES.values() for method, template, _ in rule}, asked

# P-135: given these rules, the generic client can name what it cannot with its own.
options = {
    selector: [{"method": method, "uri": template, **({"body": body} if body else {})} for method, template, body in rule]
    for selector, rule in RULES.items()
}
transport = OperationsRestTransport(host=f"http://{host}", credentials=AnonymousCredentials(), http_options=options)
client = AbstractOperationsClient(transport=transport)
for folder in FOLDERS:
    future = operation.from_gapic(
        start(folder, "finish"), client, works.RESULT, metadata_type=works.METADATA, polling=works.POLLING,
    )
    assert future.result()["copied"] == 7 and future.metadata["percent"] == 100, future.operation
    endless = operation.from_gapic(start(folder, "endless"), client, works.RESULT, polling=works.POLLING)
    assert endless.cancel() and endless.exception() is not None and endless.cancelled(), endless.operation
    listed = list(client.list_operations(folder.rstrip("/") or "operations", filter_=""))
    assert [one.name for one in listed[:2]] == [endless.operation.name, future.operation.name], listed
    client.delete_operation(endless.operation.name)
