"""Reads an OpenAPI document with a validator, and lets schemathesis loose on the server that it describes.

Takes the URL of the server, the file with the document, and the names of operations that are there, at the root and of `projects/p`.
"""

import json
import os
import subprocess
import sys
import tempfile

import openapi_spec_validator

CHECKS = "positive_data_acceptance,negative_data_rejection,not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "open_api_hooks.py")

url, path, names = sys.argv[1:]
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
"""

with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "schemathesis.toml"), "w") as file:
        file.write(CONFIG)
    ran = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", path, "--url", url, "--checks", CHECKS, "--seed", "1",
            "--max-examples", "60", "--phases", "examples,coverage,fuzzing", "--generation-database", "none",
            "--no-color",
        ],
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "OPERATIONS": names},
        capture_output=True,
        text=True,
        check=False,
    )
sys.exit(0 if ran.returncode == 0 else ran.stdout + ran.stderr)
