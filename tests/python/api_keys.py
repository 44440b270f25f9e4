"""What the programs of both wires check of the example's keys."""

from google.api_core import exceptions
from google.cloud import api_keys_v2
from google.protobuf import field_mask_pb2

import works

PARENT = "projects/1/locations/global"


def check(client):
    key = api_keys_v2.Key(
        display_name="A key",
        annotations={"a": "1"},
        restrictions=api_keys_v2.Restrictions(browser_key_restrictions=api_keys_v2.BrowserKeyRestrictions()),
    )
    creating = client.create_key(parent=PARENT, key=key, key_id="python")
    created = creating.result(polling=works.POLLING)
    assert created.name == f"{PARENT}/keys/python" and created.display_name == "A key", created
    assert "browser_key_restrictions" in created.restrictions, "a set but empty message is kept (P-159)"
    assert creating.metadata is not None, "P-092"
    works.check_raises(
        exceptions.AlreadyExists if creating_over_grpc(client) else exceptions.Conflict,
        "KEY_EXISTS",
        lambda: client.create_key(parent=PARENT, key=key, key_id="python"),
    )

    changed = api_keys_v2.Key(name=created.name, display_name="Another name", etag=created.etag)
    mask = field_mask_pb2.FieldMask(paths=["display_name"])
    updated = client.update_key(key=changed, update_mask=mask).result(polling=works.POLLING)
    assert (updated.display_name, dict(updated.annotations)) == ("Another name", {"a": "1"}), updated

    assert client.get_key(name=created.name) == updated
    assert client.get_key_string(name=created.name).key_string.startswith("AIzaSy")
    assert [one.name for one in client.list_keys(parent=PARENT)] == [created.name]

    deleted = client.delete_key(name=created.name).result(polling=works.POLLING)
    assert deleted.delete_time is not None and list(client.list_keys(parent=PARENT)) == []
    undeleted = client.undelete_key(request={"name": created.name}).result(polling=works.POLLING)
    assert undeleted.delete_time is None and undeleted.name == created.name, undeleted

    works.check_raises(exceptions.NotFound, "KEY_NOT_FOUND", lambda: client.get_key(name=f"{PARENT}/keys/unknown"))


def creating_over_grpc(client):
    return client.transport.kind.startswith("grpc")
