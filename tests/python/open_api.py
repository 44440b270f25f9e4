"""Reads an OpenAPI document with a validator, and lets schemathesis loose on the server that it describes.

Takes the URL of the server, the file with the document, the checks, and a list in JSON of what can be in paths: `{"diskId": "1"}`.
"""

import json
import os
import subprocess
import sys
import tempfile

import openapi_spec_validator

HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "open_api_hooks.py")

url, path, checks, known = sys.argv[1:]
with open(path) as file:
    document = json.load(file)
openapi_spec_validator.validate(document)

# P-042: an HTTP method that a path does not have is 501 here, which would count as an error of the server.
CONFIG = """
[phases.coverage]
unexpected-methods = []

# Which expressions are filters, and which texts are page tokens, no schema says.
[[operations]]
include-operation-id-regex = "_ListOperations"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]

# ProtoJSON lets a reader take more than a writer writes: the names of the `.proto`, numbers of 64 bits, `null`.
[[operations]]
include-operation-id-regex = "^(?!Operations_)"
checks.negative_data_rejection.expected-statuses = ["2xx", "4xx"]
"""

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "schemathesis.toml"), "w") as file:
        file.write(CONFIG)
    ran = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", path, "--url", url, "--checks", checks, "--seed", "1",
            "--max-examples", "60", "--phases", "examples,coverage,fuzzing", "--generation-database", "none",
            "--no-color",
        ],
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "KNOWN": known},
        capture_output=True,
        text=True,
        check=False,
    )
sys.exit(0 if ran.returncode == 0 else ran.stdout + ran.stderr)
