"""Creates, updates, deletes and undeletes a key in the running example with Google's client for the API Keys API, over REST.

Takes the host and port of the example.
"""

import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud.api_keys_v2 import ApiKeysClient
from google.cloud.api_keys_v2.services.api_keys.transports import ApiKeysRestTransport

import api_keys

transport = ApiKeysRestTransport(host=sys.argv[1], url_scheme="http", credentials=AnonymousCredentials())
api_keys.check(ApiKeysClient(transport=transport))
