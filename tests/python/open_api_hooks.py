"""What schemathesis is told of the server: some operations that are there, which it would never guess."""

import os

import schemathesis

IDS = os.environ["OPERATIONS"].split(",")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Asks for one of these in three of four calls, but does not delete it."""
    if path_parameters and "operationsId" in path_parameters and context.operation.method != "delete":
        place = sum(str(path_parameters["operationsId"]).encode(errors="replace")) % (len(IDS) + 1)
        if place < len(IDS):
            path_parameters["operationsId"] = IDS[place]
            if "projectsId" in path_parameters:
                path_parameters["projectsId"] = "p"
    return path_parameters
