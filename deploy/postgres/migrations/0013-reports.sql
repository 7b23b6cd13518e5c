-- Reports as they were printed, kept for ever
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA reports;

CREATE TABLE reports.printed (
    tenant text NOT NULL,
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    definition text NOT NULL,
    version integer NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    printed_at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, hash)
);

COMMENT ON TABLE reports.printed IS 'Every report that was printed, byte for byte; only added to';
COMMENT ON COLUMN reports.printed.hash IS 'SHA-256 of the content, as it is printed on the report: the same report is kept once';

-- Grants keep every process from it; this keeps the schema's owner and a slip of an administrator from it too.
CREATE FUNCTION reports.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reports.printed is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER printed_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports.printed
    FOR EACH STATEMENT EXECUTE FUNCTION reports.refuse_change();

-- migrate: rollback
DROP SCHEMA reports CASCADE;
