-- The parent of the root is `/`. Instants are microseconds since 1970, ids and keys are blobs. What decides about a write stands before the payloads,
-- so that it is read without their overflow pages. A record is open while `outcome` is null; an outcome with a type is a
-- response, one without is an encoded google.rpc.Status.
CREATE TABLE lro_operation (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    parent TEXT NOT NULL,
    method TEXT NOT NULL,
    restartable INTEGER NOT NULL,
    worker BLOB,
    attempt INTEGER NOT NULL,
    interruptions INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    end_time INTEGER,
    expire_time INTEGER,
    deadline INTEGER,
    cancel_time INTEGER,
    remove_time INTEGER,
    request_key BLOB,
    exclusive_key BLOB,
    request_hash BLOB,
    metadata_type TEXT NOT NULL,
    metadata BLOB NOT NULL,
    outcome_type TEXT,
    outcome BLOB,
    state BLOB,
    request_type TEXT,
    request BLOB
);

-- Every create pays for the first two. The others are empty unless their column is used.
CREATE INDEX lro_operation_public ON lro_operation (parent, create_time) WHERE remove_time IS NULL;
CREATE INDEX lro_operation_open ON lro_operation (worker, name) WHERE outcome IS NULL;
CREATE UNIQUE INDEX lro_operation_request ON lro_operation (request_key) WHERE request_key IS NOT NULL;
CREATE UNIQUE INDEX lro_operation_exclusive ON lro_operation (exclusive_key)
    WHERE exclusive_key IS NOT NULL AND outcome IS NULL;
CREATE INDEX lro_operation_deadline ON lro_operation (deadline) WHERE deadline IS NOT NULL AND outcome IS NULL;
CREATE INDEX lro_operation_expired ON lro_operation (expire_time)
    WHERE expire_time IS NOT NULL AND remove_time IS NULL;
CREATE INDEX lro_operation_removed ON lro_operation (request_key IS NULL, remove_time)
    WHERE remove_time IS NOT NULL AND outcome IS NOT NULL;

CREATE TABLE lro_worker (id BLOB PRIMARY KEY, lease_end INTEGER NOT NULL, methods TEXT NOT NULL) WITHOUT ROWID;

-- Stable names of workers: who has one now, and who had it before.
CREATE TABLE lro_worker_name (name TEXT PRIMARY KEY, worker BLOB NOT NULL, predecessor BLOB) WITHOUT ROWID;

CREATE TABLE lro_descriptor (type_url TEXT PRIMARY KEY, descriptor BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE lro_meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
