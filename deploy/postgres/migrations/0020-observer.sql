-- What observers remember: how far each polled source was read, and the last content seen of each act
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA observer;

CREATE TABLE observer.cursors (
    tenant text NOT NULL,
    system text NOT NULL,
    cursor text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, system)
) WITH (fillfactor = 50);

COMMENT ON TABLE observer.cursors IS 'How far each polled source was read, in the source''s own words; moved after what was read is published';

CREATE TABLE observer.seen (
    tenant text NOT NULL,
    system text NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 16),
    content bytea NOT NULL CHECK (length(content) = 16),
    seen_at timestamptz NOT NULL,
    also bytea NOT NULL DEFAULT '' CHECK (length(also) % 16 = 0),
    PRIMARY KEY (tenant, system, key)
) WITH (fillfactor = 90);

COMMENT ON TABLE observer.seen IS 'Hash of an act''s key -> hash of the content last seen of it; only what differs is published';
COMMENT ON COLUMN observer.seen.also IS 'Contents that contradicted it in the same reading, 16 bytes each';

-- migrate: rollback
DROP SCHEMA observer CASCADE;
