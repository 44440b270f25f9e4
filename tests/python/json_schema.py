"""What Python's `jsonschema` says of JSON.

Takes a file with a schema. Reads one JSON value a line, and answers each with a line: `null` if it is valid, or what is wrong with it.
Formats are checked, too.
"""

import datetime
import json
import sys

import jsonschema

formats = jsonschema.FormatChecker(formats=[])


def in_range(low, high):
    # The same names are those of numbers, which have their range in the schema.
    return lambda value: not isinstance(value, str) or low <= int(value) <= high


for bits in 32, 64:
    formats.checks(f"int{bits}", raises=ValueError)(in_range(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    formats.checks(f"uint{bits}", raises=ValueError)(in_range(0, 2**bits - 1))


@formats.checks("date-time", raises=ValueError)
def is_time(value):
    if not isinstance(value, str):
        return True
    # What Python has no digits for, the pattern checks.
    date_time, zone = value[:19], value[19:].lstrip(".0123456789")
    datetime.datetime.fromisoformat(date_time + zone.replace("Z", "+00:00"))
    return True


with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
for line in sys.stdin:
    error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(line)))
    print(json.dumps(None if error is None else f"{error.json_path}: {error.message[:300]}"))
