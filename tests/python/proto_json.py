"""Python's judgement on ProtoJSON.

Takes a file with a FileDescriptorSet and the full name of a message. Reads one JSON object a line, and answers each with one:

    {"bytes": B, "json": T}    T is our text of the message B: {"texts": [Python's own texts of B]} if it is right
    {"bytes": B, "other": C}   whether two encodings are of the same message: {}
    {"parse": T}               {"bytes": B} if Python takes the text, {} if it does not

What is wrong is answered as {"fault": ...}.
"""

import base64
import json
import math
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def canonical(message):
    """The one encoding of a message: the contents of every Any encoded anew, and maps sorted."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Any":
        if message.type_url:
            name = message.type_url.rsplit("/")[-1]
            inner = message_class(name).FromString(message.value)
            message.value = canonical(inner)
    else:
        for field, value in message.ListFields():
            if field.message_type is None:
                continue
            if field.message_type.GetOptions().map_entry:
                if field.message_type.fields_by_name["value"].message_type is None:
                    continue
                value = value.values()
            for inner in value if field.is_repeated else [value]:
                canonical(inner)
    return message.SerializeToString(deterministic=True)


def message_class(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def read(encoded):
    return root.FromString(base64.b64decode(encoded))


def alike(ours, theirs):
    """Whether two texts are one, but for the last digits of floats, of which there is more than one right choice."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[name], theirs[name]) for name in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=2e-45)
    return ours == theirs


def judge(request):
    if "parse" in request:
        try:
            message = json_format.Parse(request["parse"], root(), descriptor_pool=pool)
        except Exception:  # json_format lets a TypeError or a KeyError through, too.
            return {}
        return {"bytes": base64.b64encode(canonical(message)).decode()}
    message = read(request["bytes"])
    if "other" in request:
        if canonical(message) != canonical(read(request["other"])):
            return {"fault": "another message"}
        return {}
    parsed = json_format.Parse(request["json"], root(), descriptor_pool=pool)
    if canonical(parsed) != canonical(read(request["bytes"])):
        return {"fault": "Python reads another message"}
    printed = json_format.MessageToDict(message, descriptor_pool=pool)
    if not alike(json.loads(request["json"]), printed):
        return {"fault": "Python prints " + json.dumps(printed)}
    return {
        "texts": [
            json.dumps(printed),
            json_format.MessageToJson(
                message, descriptor_pool=pool, preserving_proto_field_name=True, use_integers_for_enums=True,
                ensure_ascii=False,
            ),
            json_format.MessageToJson(
                message, descriptor_pool=pool, always_print_fields_with_no_presence=True, indent=None,
            ),
        ]
    }


def answer(line):
    try:
        return judge(json.loads(line))
    except Exception as error:
        return {"fault": f"{type(error).__name__}: {error}"}


set_file, full_name = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
with open(set_file, "rb") as file:
    for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.AddSerializedFile(proto.SerializeToString())
root = message_class(full_name)
for line in sys.stdin:
    print(json.dumps(answer(line)))
