-- Names and parents are compared byte by byte, as everywhere in the library. A record is open while `outcome` is null; an outcome with a type is a
-- response, one with a code is an error, whose bytes are an encoded google.rpc.Status, or nothing in a tombstone.
CREATE TABLE lro_operation (
    name text COLLATE "C" PRIMARY KEY,
    parent text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    restartable boolean NOT NULL,
    worker uuid,
    attempt bigint NOT NULL,
    interruptions bigint NOT NULL,
    create_time timestamptz NOT NULL,
    end_time timestamptz,
    expire_time timestamptz,
    deadline timestamptz,
    cancel_time timestamptz,
    remove_time timestamptz,
    request_key bytea,
    exclusive_key bytea,
    request_hash bytea,
    metadata_type text NOT NULL,
    metadata bytea NOT NULL,
    outcome_type text,
    outcome_code integer,
    outcome bytea,
    state bytea,
    request_type text,
    request bytea
) WITH (fillfactor = 85);

-- Every create pays for the first two. The others are empty unless their column is used.
CREATE INDEX lro_operation_public ON lro_operation (parent, create_time) WHERE remove_time IS NULL;
CREATE INDEX lro_operation_open ON lro_operation (worker, name) WHERE outcome IS NULL;
CREATE UNIQUE INDEX lro_operation_request ON lro_operation (request_key) WHERE request_key IS NOT NULL;
CREATE UNIQUE INDEX lro_operation_exclusive ON lro_operation (exclusive_key)
    WHERE exclusive_key IS NOT NULL AND outcome IS NULL;
CREATE INDEX lro_operation_deadline ON lro_operation (deadline) WHERE deadline IS NOT NULL AND outcome IS NULL;
CREATE INDEX lro_operation_expired ON lro_operation (expire_time)
    WHERE expire_time IS NOT NULL AND remove_time IS NULL;
CREATE INDEX lro_operation_removed ON lro_operation (remove_time)
    WHERE remove_time IS NOT NULL AND outcome IS NOT NULL AND request_key IS NULL;
CREATE INDEX lro_operation_tombstone ON lro_operation (remove_time)
    WHERE remove_time IS NOT NULL AND outcome IS NOT NULL AND request_key IS NOT NULL;

CREATE TABLE lro_worker (id uuid PRIMARY KEY, lease_end timestamptz NOT NULL, methods text[] NOT NULL);

-- Stable names of workers: who has one now, and who had it before.
CREATE TABLE lro_worker_name (name text COLLATE "C" PRIMARY KEY, worker uuid NOT NULL, predecessor uuid);

CREATE TABLE lro_descriptor (type_url text COLLATE "C" PRIMARY KEY, descriptor bytea NOT NULL);
