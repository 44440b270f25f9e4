"""What schemathesis is told of the server: some operations that are there, which it would never guess."""

import os

import schemathesis

NAMES = os.environ["OPERATIONS"].split(",")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Asks for one of these in three of four calls, but does not delete it."""
    if path_parameters and "operationsId" in path_parameters and context.operation.method != "delete":
        in_project = "projectsId" in path_parameters
        names = [name for name in NAMES if name.startswith("projects/p/") == in_project]
        place = sum(str(path_parameters["operationsId"]).encode(errors="replace")) % (len(names) + 1)
        if place < len(names):
            path_parameters["operationsId"] = names[place].rpartition("/")[2]
            if in_project:
                path_parameters["projectsId"] = "p"
    return path_parameters
