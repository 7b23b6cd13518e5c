-- Who may call the gateway: keys by digest, never the keys themselves
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA gateway;

CREATE TABLE gateway.api_keys (
    id text PRIMARY KEY,
    tenant text NOT NULL,
    system text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('write', 'read', 'configure')),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

COMMENT ON COLUMN gateway.api_keys.digest IS 'SHA-256 of the 256-bit secret, which is shown once and kept nowhere';

-- migrate: rollback
DROP SCHEMA gateway CASCADE;
