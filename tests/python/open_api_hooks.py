"""What schemathesis is told of the server: some names that are there, which it would never guess."""

import json
import os

import schemathesis

KNOWN = json.loads(os.environ["KNOWN"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Asks for something that is there in three of four calls or so, but does not delete it."""
    if path_parameters and context.operation.method != "delete":
        fitting = [known for known in KNOWN if known.keys() == path_parameters.keys()]
        place = sum(str(path_parameters).encode(errors="replace")) % (len(fitting) + 1)
        if place < len(fitting):
            path_parameters.update(fitting[place])
    return path_parameters
