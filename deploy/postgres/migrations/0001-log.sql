-- The log: one gap-free, append-only order of events a tenant, and how far each reader of it got
-- depends:

-- migrate: apply
CREATE SCHEMA log;

CREATE TABLE log.events (
    tenant text NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    id uuid NOT NULL,
    dossier uuid,
    type text NOT NULL,
    recorded_at timestamptz NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT events_position PRIMARY KEY (tenant, position),
    CONSTRAINT events_id UNIQUE (tenant, id)
);

COMMENT ON TABLE log.events IS 'The one truth: stored event = wire event; appended under the tenant''s lock, never changed';

CREATE INDEX events_dossier ON log.events (tenant, dossier, position) WHERE dossier IS NOT NULL;

CREATE INDEX events_tenant_level ON log.events (tenant, position) WHERE dossier IS NULL;

-- Grants keep every process from it; this keeps the schema's owner and a slip of an administrator from it too.
CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'log.events is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

CREATE TABLE log.generation (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    since timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL,
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

COMMENT ON TABLE log.generation IS 'Which log this is: readers refuse positions they learnt from another one';

INSERT INTO log.generation (reason) VALUES ('created');

CREATE FUNCTION log.renew_generation(why text) RETURNS uuid LANGUAGE sql AS $$
    UPDATE log.generation SET id = gen_random_uuid(), since = now(), reason = why RETURNING id
$$;

COMMENT ON FUNCTION log.renew_generation IS 'After a restore, before any process starts: the log may lack what readers have seen';

CREATE TABLE log.checkpoints (
    reader text NOT NULL,
    tenant text NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    generation uuid NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (reader, tenant)
) WITH (fillfactor = 50);

COMMENT ON TABLE log.checkpoints IS 'How far each reader of the log got; a position only rises';

CREATE FUNCTION log.accept_generation() RETURNS bigint LANGUAGE sql AS $$
    WITH accepted AS (
        UPDATE log.checkpoints AS reading
        SET generation = present.id,
            position = least(reading.position, coalesce(
                (SELECT max(event.position) FROM log.events AS event WHERE event.tenant = reading.tenant), 0))
        FROM log.generation AS present
        WHERE reading.generation <> present.id
        RETURNING 1
    )
    SELECT count(*) FROM accepted
$$;

COMMENT ON FUNCTION log.accept_generation IS 'A person has judged what a restore lost: let every reader go on from where this log has it';

-- migrate: rollback
DROP SCHEMA log CASCADE;
