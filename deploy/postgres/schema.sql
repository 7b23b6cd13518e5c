-- All migrations applied. Made by `python -m deploy.postgres.migrate --dump-schema`.

CREATE SCHEMA deliveries;

ALTER SCHEMA deliveries OWNER TO khop_owner;

CREATE SCHEMA gateway;

ALTER SCHEMA gateway OWNER TO khop_owner;

CREATE SCHEMA identity;

ALTER SCHEMA identity OWNER TO khop_owner;

CREATE SCHEMA log;

ALTER SCHEMA log OWNER TO khop_owner;

CREATE SCHEMA observer;

ALTER SCHEMA observer OWNER TO khop_owner;

CREATE SCHEMA parking;

ALTER SCHEMA parking OWNER TO khop_owner;

CREATE SCHEMA read;

ALTER SCHEMA read OWNER TO khop_owner;

CREATE SCHEMA reports;

ALTER SCHEMA reports OWNER TO khop_owner;

CREATE FUNCTION log.accept_generation() RETURNS bigint
    LANGUAGE sql
    AS $$
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

ALTER FUNCTION log.accept_generation() OWNER TO khop_owner;

COMMENT ON FUNCTION log.accept_generation() IS 'A person has judged what a restore lost: let every reader go on from where this log has it';

CREATE FUNCTION log.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'log.events is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

ALTER FUNCTION log.refuse_change() OWNER TO khop_owner;

CREATE FUNCTION log.renew_generation(why text) RETURNS uuid
    LANGUAGE sql
    AS $$
    UPDATE log.generation SET id = gen_random_uuid(), since = now(), reason = why RETURNING id
$$;

ALTER FUNCTION log.renew_generation(why text) OWNER TO khop_owner;

COMMENT ON FUNCTION log.renew_generation(why text) IS 'After a restore, before any process starts: the log may lack what readers have seen';

CREATE FUNCTION read.local_day(moment timestamp with time zone, starts timestamp with time zone[], offsets interval[]) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT (moment AT TIME ZONE 'GMT' + offsets[width_bucket(moment, starts)])::date
$$;

ALTER FUNCTION read.local_day(moment timestamp with time zone, starts timestamp with time zone[], offsets interval[]) OWNER TO khop_owner;

COMMENT ON FUNCTION read.local_day(moment timestamp with time zone, starts timestamp with time zone[], offsets interval[]) IS 'The local day of a moment; offsets[n] holds from starts[n] on';

CREATE FUNCTION reports.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'reports.printed is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

ALTER FUNCTION reports.refuse_change() OWNER TO khop_owner;

CREATE TABLE deliveries.attempts (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    number bigint NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'rejected'::text, 'unknown'::text, 'postponed'::text])))
);

ALTER TABLE deliveries.attempts OWNER TO khop_owner;

CREATE TABLE deliveries.lanes (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    dossier uuid NOT NULL,
    next_at timestamp with time zone NOT NULL,
    last_number bigint NOT NULL,
    lease_token uuid,
    lease_through bigint,
    parked_at timestamp with time zone,
    parked_reason text,
    merged_into uuid
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');

ALTER TABLE deliveries.lanes OWNER TO khop_owner;

COMMENT ON COLUMN deliveries.lanes.last_number IS 'Of the newest delivery that was owed in it';

COMMENT ON COLUMN deliveries.lanes.lease_through IS 'Deliveries up to this number may have been sent under the lease';

COMMENT ON COLUMN deliveries.lanes.merged_into IS 'Its queue went to this dossier while it was leased: that one waits for the lease';

CREATE TABLE deliveries.open (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    dossier uuid NOT NULL,
    number bigint NOT NULL,
    "position" bigint NOT NULL,
    repair text,
    creates boolean NOT NULL,
    owed_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    rejections integer DEFAULT 0 NOT NULL,
    doubtful boolean DEFAULT false NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');

ALTER TABLE deliveries.open OWNER TO khop_owner;

CREATE TABLE deliveries.owed (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    number bigint NOT NULL,
    dossier uuid NOT NULL,
    "position" bigint NOT NULL,
    repair text,
    creates boolean NOT NULL,
    owed_at timestamp with time zone NOT NULL
);

ALTER TABLE deliveries.owed OWNER TO khop_owner;

CREATE VIEW deliveries.receipts AS
 SELECT tenant,
    subscriber,
    number,
    detail,
    at
   FROM deliveries.attempts
  WHERE (outcome = 'accepted'::text);

ALTER VIEW deliveries.receipts OWNER TO khop_owner;

COMMENT ON VIEW deliveries.receipts IS 'The proof of each delivery: the attempt that was accepted';

CREATE TABLE deliveries.subscribers (
    tenant text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    start text NOT NULL,
    settings jsonb NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    planned bigint NOT NULL,
    next_number bigint DEFAULT 1 NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscribers_planned_check CHECK ((planned >= 0)),
    CONSTRAINT subscribers_start_check CHECK ((start = ANY (ARRAY['history'::text, 'present'::text, 'now'::text])))
)
WITH (fillfactor='50');

ALTER TABLE deliveries.subscribers OWNER TO khop_owner;

COMMENT ON COLUMN deliveries.subscribers.settings IS 'May hold the secret that signs what is sent: for the deliverer and the operator only';

COMMENT ON COLUMN deliveries.subscribers.planned IS 'Position of the log up to which what we owe it is written down';

CREATE TABLE gateway.api_keys (
    id text NOT NULL,
    tenant text NOT NULL,
    system text NOT NULL,
    scope text NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT api_keys_scope_check CHECK ((scope = ANY (ARRAY['write'::text, 'read'::text, 'configure'::text])))
);

ALTER TABLE gateway.api_keys OWNER TO khop_owner;

COMMENT ON COLUMN gateway.api_keys.digest IS 'SHA-256 of the 256-bit secret, which is shown once and kept nowhere';

CREATE TABLE identity.codes (
    tenant text NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    dossier uuid NOT NULL
);

ALTER TABLE identity.codes OWNER TO khop_owner;

CREATE TABLE identity.dossiers (
    tenant text NOT NULL,
    dossier uuid NOT NULL,
    lineage uuid[] NOT NULL,
    merged_into uuid
)
WITH (fillfactor='80');

ALTER TABLE identity.dossiers OWNER TO khop_owner;

COMMENT ON COLUMN identity.dossiers.lineage IS 'Dossier ids under which facts about its codes may be recorded, itself among them';

CREATE TABLE log.events (
    tenant text NOT NULL,
    "position" bigint NOT NULL,
    id uuid NOT NULL,
    dossier uuid,
    type text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT events_position_check CHECK (("position" > 0))
);

ALTER TABLE log.events OWNER TO khop_owner;

COMMENT ON TABLE log.events IS 'The one truth: stored event = wire event; appended under the tenant''s lock, never changed';

CREATE VIEW identity.entries WITH (security_invoker='true') AS
 SELECT tenant,
    dossier,
    lineage,
    merged_into,
    COALESCE(( SELECT event."position"
           FROM log.events event
          WHERE ((event.tenant = entry.tenant) AND (event.dossier = entry.dossier))
          ORDER BY event."position" DESC
         LIMIT 1), (0)::bigint) AS last_position
   FROM identity.dossiers entry;

ALTER VIEW identity.entries OWNER TO khop_owner;

COMMENT ON VIEW identity.entries IS 'The identity map''s entries, each with the position of its dossier''s latest event';

CREATE TABLE log.checkpoints (
    reader text NOT NULL,
    tenant text NOT NULL,
    "position" bigint NOT NULL,
    generation uuid NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT checkpoints_position_check CHECK (("position" >= 0))
)
WITH (fillfactor='50');

ALTER TABLE log.checkpoints OWNER TO khop_owner;

COMMENT ON TABLE log.checkpoints IS 'How far each reader of the log got; a position only rises';

CREATE TABLE log.generation (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    only_row boolean DEFAULT true NOT NULL,
    CONSTRAINT generation_only_row_check CHECK (only_row)
);

ALTER TABLE log.generation OWNER TO khop_owner;

COMMENT ON TABLE log.generation IS 'Which log this is: readers refuse positions they learnt from another one';

CREATE TABLE observer.cursors (
    tenant text NOT NULL,
    system text NOT NULL,
    cursor text NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE observer.cursors OWNER TO khop_owner;

COMMENT ON TABLE observer.cursors IS 'How far each polled source was read, in the source''s own words; moved after what was read is published';

CREATE TABLE observer.seen (
    tenant text NOT NULL,
    system text NOT NULL,
    key bytea NOT NULL,
    content bytea NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    also bytea DEFAULT '\x'::bytea NOT NULL,
    CONSTRAINT seen_also_check CHECK (((length(also) % 16) = 0)),
    CONSTRAINT seen_content_check CHECK ((length(content) = 16)),
    CONSTRAINT seen_key_check CHECK ((length(key) = 16))
)
WITH (fillfactor='90');

ALTER TABLE observer.seen OWNER TO khop_owner;

COMMENT ON TABLE observer.seen IS 'Hash of an act''s key -> hash of the content last seen of it; only what differs is published';

COMMENT ON COLUMN observer.seen.also IS 'Contents that contradicted it in the same reading, 16 bytes each';

CREATE TABLE parking.parked (
    id bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    consumer_group text NOT NULL,
    digest bytea NOT NULL,
    key bytea,
    value bytea NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamp with time zone NOT NULL,
    tenant text,
    state text DEFAULT 'parked'::text NOT NULL,
    settled_at timestamp with time zone,
    settled_reason text,
    CONSTRAINT parked_state_check CHECK ((state = ANY (ARRAY['parked'::text, 'redriven'::text, 'dropped'::text])))
);

ALTER TABLE parking.parked OWNER TO khop_owner;

ALTER TABLE parking.parked ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME parking.parked_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE parking.quarantined (
    id bigint NOT NULL,
    tenant text NOT NULL,
    system text NOT NULL,
    source text NOT NULL,
    digest bytea NOT NULL,
    locator text NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    raw bytea NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    state text DEFAULT 'parked'::text NOT NULL,
    settled_at timestamp with time zone,
    settled_reason text,
    CONSTRAINT quarantined_state_check CHECK ((state = ANY (ARRAY['parked'::text, 'redriven'::text, 'dropped'::text])))
);

ALTER TABLE parking.quarantined OWNER TO khop_owner;

ALTER TABLE parking.quarantined ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME parking.quarantined_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE parking.starts (
    topic text NOT NULL,
    partition integer NOT NULL,
    consumer_group text NOT NULL,
    first_offset bigint NOT NULL,
    alone boolean NOT NULL,
    starts integer NOT NULL
);

ALTER TABLE parking.starts OWNER TO khop_owner;

COMMENT ON TABLE parking.starts IS 'Batches that were begun and not yet ended: finds the record that kills its process';

CREATE TABLE read.builds (
    number integer NOT NULL,
    projection text NOT NULL,
    tenant text NOT NULL,
    stage text NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL,
    parted_up_to bigint,
    CONSTRAINT builds_parted_up_to_check CHECK ((parted_up_to > 0)),
    CONSTRAINT builds_position_check CHECK (("position" >= 0)),
    CONSTRAINT builds_stage_check CHECK ((stage = ANY (ARRAY['live'::text, 'making'::text, 'old'::text])))
)
WITH (fillfactor='50');

ALTER TABLE read.builds OWNER TO khop_owner;

COMMENT ON TABLE read.builds IS 'One making of a projection for a tenant and the position its rows show; readers see the live one';

COMMENT ON COLUMN read.builds.parted_up_to IS 'While it is made in parts: the position that each of them goes to; position stays at 0 meanwhile';

ALTER TABLE read.builds ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME read.builds_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE read.codes (
    build integer NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    dossier uuid NOT NULL
);

ALTER TABLE read.codes OWNER TO khop_owner;

COMMENT ON TABLE read.codes IS 'Which dossier holds a code now; part of the projection dossiers';

CREATE TABLE read.days (
    build integer NOT NULL,
    day date NOT NULL,
    agency text NOT NULL,
    procedure text NOT NULL,
    channel text NOT NULL,
    received integer NOT NULL,
    reopened integer NOT NULL,
    resolved_on_time integer NOT NULL,
    resolved_late integer NOT NULL,
    resolved_no_due_date integer NOT NULL,
    voided integer NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE read.days OWNER TO khop_owner;

COMMENT ON TABLE read.days IS 'Flows by local day as known now; an empty text is an absent value';

CREATE TABLE read.dossiers (
    dossier uuid NOT NULL,
    "position" bigint NOT NULL,
    submitted_at timestamp with time zone,
    accepted_at timestamp with time zone,
    due_at timestamp with time zone,
    ended_at timestamp with time zone,
    returned_at timestamp with time zone,
    build integer NOT NULL,
    status smallint,
    void boolean NOT NULL,
    least_system text NOT NULL,
    least_code text NOT NULL,
    merged_into uuid,
    codes json NOT NULL,
    judgements json NOT NULL,
    clock text NOT NULL,
    outcome text,
    channel text,
    agency text,
    procedure text
);

ALTER TABLE read.dossiers OWNER TO khop_owner;

COMMENT ON TABLE read.dossiers IS 'Each dossier as it is now';

CREATE TABLE read.papers (
    known_from bigint NOT NULL,
    known_to bigint,
    occurred_from timestamp with time zone NOT NULL,
    occurred_to timestamp with time zone,
    national_at timestamp with time zone,
    first_supplement_at timestamp with time zone,
    supplement_since timestamp with time zone,
    supplement_seconds bigint,
    build integer NOT NULL,
    components_digitised integer,
    components_reused integer,
    results_digitised integer,
    documents_signed integer,
    documents_signed_digitally integer,
    ordinal smallint NOT NULL,
    paid_online boolean,
    fee_zero boolean,
    identity_verified boolean,
    dossier uuid NOT NULL,
    least_system text NOT NULL,
    least_code text NOT NULL
);

ALTER TABLE read.papers OWNER TO khop_owner;

COMMENT ON TABLE read.papers IS 'Bitemporal like the segments: what is known of a dossier''s papers; none where nobody said anything of them';

CREATE TABLE read.parts (
    build integer NOT NULL,
    part smallint NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT parts_position_check CHECK (("position" >= 0))
)
WITH (fillfactor='50');

ALTER TABLE read.parts OWNER TO khop_owner;

COMMENT ON TABLE read.parts IS 'How far each part of a build got: the rows of its dossiers, and of no others, are those of that position';

CREATE TABLE read.segments (
    known_from bigint NOT NULL,
    known_to bigint,
    occurred_from timestamp with time zone NOT NULL,
    occurred_to timestamp with time zone,
    submitted_at timestamp with time zone,
    accepted_at timestamp with time zone,
    ended_at timestamp with time zone,
    due_at timestamp with time zone,
    paused_since timestamp with time zone,
    build integer NOT NULL,
    ordinal smallint NOT NULL,
    status smallint,
    reopened smallint NOT NULL,
    void boolean NOT NULL,
    dossier uuid NOT NULL,
    channel text,
    agency text,
    procedure text,
    clock text NOT NULL,
    outcome text,
    least_system text NOT NULL,
    least_code text NOT NULL,
    returned_at timestamp with time zone,
    receiving_agency text,
    supplements smallint NOT NULL
);

ALTER TABLE read.segments OWNER TO khop_owner;

COMMENT ON TABLE read.segments IS 'Bitemporal: believed from position known_from up to known_to, holding from occurred_from up to occurred_to';

CREATE TABLE read.steps (
    build integer NOT NULL,
    span text NOT NULL,
    day date NOT NULL,
    agency text NOT NULL,
    before text NOT NULL,
    ended_on date NOT NULL,
    carried_over integer NOT NULL,
    received_online integer NOT NULL,
    received_direct integer NOT NULL,
    received_channel_unknown integer NOT NULL,
    reopened integer NOT NULL,
    resolved_on_time integer NOT NULL,
    resolved_late integer NOT NULL,
    resolved_no_due_date integer NOT NULL,
    in_hand_not_due integer NOT NULL,
    in_hand_overdue integer NOT NULL,
    in_hand_no_due_date integer NOT NULL,
    voided integer NOT NULL,
    resolved_early integer NOT NULL,
    falls_due integer NOT NULL,
    stock_before integer NOT NULL,
    stock_voided integer NOT NULL,
    CONSTRAINT steps_span_check CHECK ((span = ANY (ARRAY['day'::text, 'month'::text])))
)
WITH (fillfactor='70');

ALTER TABLE read.steps OWNER TO khop_owner;

COMMENT ON TABLE read.steps IS 'By how many dossiers the figures of the month to date change on a local day, summed by month too; an empty text is nobody';

COMMENT ON COLUMN read.steps.before IS 'Which agency had them before the month, of those in hand then';

COMMENT ON COLUMN read.steps.ended_on IS 'Local day of an end within the month, else infinity';

CREATE TABLE read.strays (
    build integer NOT NULL,
    dossier uuid NOT NULL,
    part smallint NOT NULL
);

ALTER TABLE read.strays OWNER TO khop_owner;

COMMENT ON TABLE read.strays IS 'Dossiers that are in another part than their id alone says, because they share facts with others';

CREATE TABLE reports.printed (
    tenant text NOT NULL,
    hash text NOT NULL,
    definition text NOT NULL,
    version integer NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    "position" bigint NOT NULL,
    printed_at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT printed_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT printed_position_check CHECK (("position" >= 0))
);

ALTER TABLE reports.printed OWNER TO khop_owner;

COMMENT ON TABLE reports.printed IS 'Every report that was printed, byte for byte; only added to';

COMMENT ON COLUMN reports.printed.hash IS 'SHA-256 of the content, as it is printed on the report: the same report is kept once';

ALTER TABLE ONLY deliveries.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (tenant, subscriber, number, attempt);

ALTER TABLE ONLY deliveries.lanes
    ADD CONSTRAINT lanes_pkey PRIMARY KEY (tenant, subscriber, dossier);

ALTER TABLE ONLY deliveries.open
    ADD CONSTRAINT open_pkey PRIMARY KEY (tenant, subscriber, dossier, number);

ALTER TABLE ONLY deliveries.owed
    ADD CONSTRAINT owed_pkey PRIMARY KEY (tenant, subscriber, number);

ALTER TABLE ONLY deliveries.subscribers
    ADD CONSTRAINT subscribers_pkey PRIMARY KEY (tenant, name);

ALTER TABLE ONLY gateway.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY identity.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (tenant, system, code);

ALTER TABLE ONLY identity.dossiers
    ADD CONSTRAINT dossiers_pkey PRIMARY KEY (tenant, dossier);

ALTER TABLE ONLY log.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (reader, tenant);

ALTER TABLE ONLY log.events
    ADD CONSTRAINT events_id UNIQUE (tenant, id);

ALTER TABLE ONLY log.events
    ADD CONSTRAINT events_position PRIMARY KEY (tenant, "position");

ALTER TABLE ONLY log.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY observer.cursors
    ADD CONSTRAINT cursors_pkey PRIMARY KEY (tenant, system);

ALTER TABLE ONLY observer.seen
    ADD CONSTRAINT seen_pkey PRIMARY KEY (tenant, system, key);

ALTER TABLE ONLY parking.parked
    ADD CONSTRAINT parked_once UNIQUE (consumer_group, topic, partition, record_offset, digest);

ALTER TABLE ONLY parking.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (id);

ALTER TABLE ONLY parking.quarantined
    ADD CONSTRAINT quarantined_once UNIQUE (tenant, system, source, digest);

ALTER TABLE ONLY parking.quarantined
    ADD CONSTRAINT quarantined_pkey PRIMARY KEY (id);

ALTER TABLE ONLY parking.starts
    ADD CONSTRAINT starts_pkey PRIMARY KEY (topic, partition, consumer_group, first_offset, alone);

ALTER TABLE ONLY read.builds
    ADD CONSTRAINT builds_pkey PRIMARY KEY (number);

ALTER TABLE ONLY read.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (build, system, code);

ALTER TABLE ONLY read.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (build, day, agency, procedure, channel);

ALTER TABLE ONLY read.dossiers
    ADD CONSTRAINT dossiers_pkey PRIMARY KEY (build, dossier);

ALTER TABLE ONLY read.papers
    ADD CONSTRAINT papers_pkey PRIMARY KEY (build, known_from, ordinal);

ALTER TABLE ONLY read.parts
    ADD CONSTRAINT parts_pkey PRIMARY KEY (build, part);

ALTER TABLE ONLY read.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (build, known_from, ordinal);

ALTER TABLE ONLY read.steps
    ADD CONSTRAINT steps_pkey PRIMARY KEY (build, span, day, agency, before, ended_on);

ALTER TABLE ONLY read.strays
    ADD CONSTRAINT strays_pkey PRIMARY KEY (build, dossier);

ALTER TABLE ONLY reports.printed
    ADD CONSTRAINT printed_pkey PRIMARY KEY (tenant, hash);

CREATE INDEX lanes_leased ON deliveries.lanes USING btree (tenant, subscriber) WHERE (lease_token IS NOT NULL);

CREATE INDEX lanes_merged ON deliveries.lanes USING btree (tenant, subscriber, merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX lanes_next ON deliveries.lanes USING btree (tenant, subscriber, next_at) WHERE (parked_at IS NULL);

CREATE INDEX lanes_parked ON deliveries.lanes USING btree (tenant, subscriber, parked_at) WHERE (parked_at IS NOT NULL);

CREATE INDEX open_doubtful_creation ON deliveries.open USING btree (tenant, subscriber, "position") WHERE (creates AND doubtful);

CREATE INDEX owed_dossier ON deliveries.owed USING btree (tenant, dossier);

CREATE INDEX codes_code ON identity.codes USING btree (code);

CREATE INDEX events_dossier ON log.events USING btree (tenant, dossier, "position") WHERE (dossier IS NOT NULL);

CREATE INDEX events_tenant_level ON log.events USING btree (tenant, "position") WHERE (dossier IS NULL);

CREATE INDEX parked_waiting ON parking.parked USING btree (id) WHERE (state = 'parked'::text);

CREATE INDEX quarantined_waiting ON parking.quarantined USING btree (id) WHERE (state = 'parked'::text);

CREATE UNIQUE INDEX builds_live ON read.builds USING btree (tenant, projection) WHERE (stage = 'live'::text);

CREATE UNIQUE INDEX builds_making ON read.builds USING btree (tenant, projection) WHERE (stage = 'making'::text);

CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON log.events FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

CREATE TRIGGER printed_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON reports.printed FOR EACH STATEMENT EXECUTE FUNCTION reports.refuse_change();

GRANT USAGE ON SCHEMA deliveries TO khop_deliverer;
GRANT USAGE ON SCHEMA deliveries TO khop_reconciler;
GRANT USAGE ON SCHEMA deliveries TO khop_operator;

GRANT USAGE ON SCHEMA gateway TO khop_gateway;
GRANT USAGE ON SCHEMA gateway TO khop_operator;

GRANT USAGE ON SCHEMA identity TO khop_recorder;
GRANT USAGE ON SCHEMA identity TO khop_relay;
GRANT USAGE ON SCHEMA identity TO khop_projector;
GRANT USAGE ON SCHEMA identity TO khop_deliverer;
GRANT USAGE ON SCHEMA identity TO khop_gateway;
GRANT USAGE ON SCHEMA identity TO khop_observer;
GRANT USAGE ON SCHEMA identity TO khop_reconciler;
GRANT USAGE ON SCHEMA identity TO khop_operator;

GRANT USAGE ON SCHEMA log TO khop_recorder;
GRANT USAGE ON SCHEMA log TO khop_relay;
GRANT USAGE ON SCHEMA log TO khop_projector;
GRANT USAGE ON SCHEMA log TO khop_deliverer;
GRANT USAGE ON SCHEMA log TO khop_gateway;
GRANT USAGE ON SCHEMA log TO khop_observer;
GRANT USAGE ON SCHEMA log TO khop_reconciler;
GRANT USAGE ON SCHEMA log TO khop_operator;

GRANT USAGE ON SCHEMA observer TO khop_observer;
GRANT USAGE ON SCHEMA observer TO khop_operator;

GRANT USAGE ON SCHEMA parking TO khop_recorder;
GRANT USAGE ON SCHEMA parking TO khop_relay;
GRANT USAGE ON SCHEMA parking TO khop_projector;
GRANT USAGE ON SCHEMA parking TO khop_deliverer;
GRANT USAGE ON SCHEMA parking TO khop_gateway;
GRANT USAGE ON SCHEMA parking TO khop_observer;
GRANT USAGE ON SCHEMA parking TO khop_reconciler;
GRANT USAGE ON SCHEMA parking TO khop_operator;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA read TO khop_projector;
GRANT USAGE ON SCHEMA read TO khop_operator;
GRANT USAGE ON SCHEMA read TO khop_gateway;
GRANT USAGE ON SCHEMA read TO khop_deliverer;
GRANT USAGE ON SCHEMA read TO khop_reconciler;

GRANT USAGE ON SCHEMA reports TO khop_operator;

REVOKE ALL ON FUNCTION log.accept_generation() FROM PUBLIC;

REVOKE ALL ON FUNCTION log.renew_generation(why text) FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE deliveries.attempts TO khop_deliverer;
GRANT SELECT ON TABLE deliveries.attempts TO khop_reconciler;
GRANT SELECT ON TABLE deliveries.attempts TO khop_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE deliveries.lanes TO khop_deliverer;
GRANT SELECT,INSERT ON TABLE deliveries.lanes TO khop_reconciler;
GRANT SELECT ON TABLE deliveries.lanes TO khop_operator;

GRANT UPDATE(next_at) ON TABLE deliveries.lanes TO khop_operator;

GRANT UPDATE(last_number) ON TABLE deliveries.lanes TO khop_reconciler;

GRANT UPDATE(parked_at) ON TABLE deliveries.lanes TO khop_operator;

GRANT UPDATE(parked_reason) ON TABLE deliveries.lanes TO khop_operator;

GRANT UPDATE(merged_into) ON TABLE deliveries.lanes TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE deliveries.open TO khop_deliverer;
GRANT SELECT,INSERT ON TABLE deliveries.open TO khop_reconciler;
GRANT SELECT ON TABLE deliveries.open TO khop_operator;

GRANT SELECT,INSERT ON TABLE deliveries.owed TO khop_deliverer;
GRANT SELECT,INSERT ON TABLE deliveries.owed TO khop_reconciler;
GRANT SELECT ON TABLE deliveries.owed TO khop_operator;

GRANT SELECT ON TABLE deliveries.receipts TO khop_deliverer;
GRANT SELECT ON TABLE deliveries.receipts TO khop_reconciler;
GRANT SELECT ON TABLE deliveries.receipts TO khop_operator;

GRANT SELECT ON TABLE deliveries.subscribers TO khop_deliverer;
GRANT SELECT ON TABLE deliveries.subscribers TO khop_reconciler;
GRANT SELECT,INSERT ON TABLE deliveries.subscribers TO khop_operator;

GRANT UPDATE(settings) ON TABLE deliveries.subscribers TO khop_operator;

GRANT UPDATE(paused) ON TABLE deliveries.subscribers TO khop_operator;

GRANT UPDATE(planned) ON TABLE deliveries.subscribers TO khop_deliverer;
GRANT UPDATE(planned) ON TABLE deliveries.subscribers TO khop_reconciler;

GRANT UPDATE(next_number) ON TABLE deliveries.subscribers TO khop_deliverer;
GRANT UPDATE(next_number) ON TABLE deliveries.subscribers TO khop_reconciler;

GRANT SELECT ON TABLE gateway.api_keys TO khop_gateway;
GRANT SELECT,INSERT,UPDATE ON TABLE gateway.api_keys TO khop_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE identity.codes TO khop_recorder;
GRANT SELECT ON TABLE identity.codes TO khop_relay;
GRANT SELECT ON TABLE identity.codes TO khop_projector;
GRANT SELECT ON TABLE identity.codes TO khop_deliverer;
GRANT SELECT ON TABLE identity.codes TO khop_gateway;
GRANT SELECT ON TABLE identity.codes TO khop_observer;
GRANT SELECT ON TABLE identity.codes TO khop_reconciler;
GRANT SELECT ON TABLE identity.codes TO khop_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE identity.dossiers TO khop_recorder;
GRANT SELECT ON TABLE identity.dossiers TO khop_relay;
GRANT SELECT ON TABLE identity.dossiers TO khop_projector;
GRANT SELECT ON TABLE identity.dossiers TO khop_deliverer;
GRANT SELECT ON TABLE identity.dossiers TO khop_gateway;
GRANT SELECT ON TABLE identity.dossiers TO khop_observer;
GRANT SELECT ON TABLE identity.dossiers TO khop_reconciler;
GRANT SELECT ON TABLE identity.dossiers TO khop_operator;

GRANT SELECT,INSERT ON TABLE log.events TO khop_recorder;
GRANT SELECT ON TABLE log.events TO khop_relay;
GRANT SELECT ON TABLE log.events TO khop_projector;
GRANT SELECT ON TABLE log.events TO khop_deliverer;
GRANT SELECT ON TABLE log.events TO khop_gateway;
GRANT SELECT ON TABLE log.events TO khop_observer;
GRANT SELECT ON TABLE log.events TO khop_reconciler;
GRANT SELECT ON TABLE log.events TO khop_operator;

GRANT SELECT ON TABLE identity.entries TO khop_recorder;
GRANT SELECT ON TABLE identity.entries TO khop_relay;
GRANT SELECT ON TABLE identity.entries TO khop_projector;
GRANT SELECT ON TABLE identity.entries TO khop_deliverer;
GRANT SELECT ON TABLE identity.entries TO khop_gateway;
GRANT SELECT ON TABLE identity.entries TO khop_observer;
GRANT SELECT ON TABLE identity.entries TO khop_reconciler;
GRANT SELECT ON TABLE identity.entries TO khop_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE log.checkpoints TO khop_recorder;
GRANT SELECT,INSERT,UPDATE ON TABLE log.checkpoints TO khop_relay;
GRANT SELECT,INSERT,UPDATE ON TABLE log.checkpoints TO khop_projector;
GRANT SELECT,INSERT,UPDATE ON TABLE log.checkpoints TO khop_deliverer;
GRANT SELECT ON TABLE log.checkpoints TO khop_gateway;
GRANT SELECT ON TABLE log.checkpoints TO khop_observer;
GRANT SELECT,INSERT,UPDATE ON TABLE log.checkpoints TO khop_reconciler;
GRANT SELECT ON TABLE log.checkpoints TO khop_operator;

GRANT SELECT ON TABLE log.generation TO khop_recorder;
GRANT SELECT ON TABLE log.generation TO khop_relay;
GRANT SELECT ON TABLE log.generation TO khop_projector;
GRANT SELECT ON TABLE log.generation TO khop_deliverer;
GRANT SELECT ON TABLE log.generation TO khop_gateway;
GRANT SELECT ON TABLE log.generation TO khop_observer;
GRANT SELECT ON TABLE log.generation TO khop_reconciler;
GRANT SELECT ON TABLE log.generation TO khop_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE observer.cursors TO khop_observer;
GRANT SELECT,INSERT,UPDATE ON TABLE observer.cursors TO khop_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE observer.seen TO khop_observer;
GRANT SELECT,INSERT,UPDATE ON TABLE observer.seen TO khop_operator;

GRANT INSERT ON TABLE parking.parked TO khop_recorder;
GRANT INSERT ON TABLE parking.parked TO khop_relay;
GRANT INSERT ON TABLE parking.parked TO khop_projector;
GRANT INSERT ON TABLE parking.parked TO khop_deliverer;
GRANT INSERT ON TABLE parking.parked TO khop_reconciler;
GRANT SELECT,DELETE ON TABLE parking.parked TO khop_operator;

GRANT UPDATE(state) ON TABLE parking.parked TO khop_operator;

GRANT UPDATE(settled_at) ON TABLE parking.parked TO khop_operator;

GRANT UPDATE(settled_reason) ON TABLE parking.parked TO khop_operator;

GRANT INSERT ON TABLE parking.quarantined TO khop_observer;
GRANT INSERT ON TABLE parking.quarantined TO khop_gateway;
GRANT SELECT,INSERT,DELETE ON TABLE parking.quarantined TO khop_operator;

GRANT SELECT(tenant) ON TABLE parking.quarantined TO khop_observer;
GRANT SELECT(tenant) ON TABLE parking.quarantined TO khop_gateway;

GRANT SELECT(system) ON TABLE parking.quarantined TO khop_observer;
GRANT SELECT(system) ON TABLE parking.quarantined TO khop_gateway;

GRANT SELECT(source) ON TABLE parking.quarantined TO khop_observer;
GRANT SELECT(source) ON TABLE parking.quarantined TO khop_gateway;

GRANT SELECT(digest) ON TABLE parking.quarantined TO khop_observer;
GRANT SELECT(digest) ON TABLE parking.quarantined TO khop_gateway;

GRANT SELECT(state),UPDATE(state) ON TABLE parking.quarantined TO khop_observer;
GRANT SELECT(state),UPDATE(state) ON TABLE parking.quarantined TO khop_gateway;
GRANT UPDATE(state) ON TABLE parking.quarantined TO khop_operator;

GRANT UPDATE(settled_at) ON TABLE parking.quarantined TO khop_observer;
GRANT UPDATE(settled_at) ON TABLE parking.quarantined TO khop_gateway;
GRANT UPDATE(settled_at) ON TABLE parking.quarantined TO khop_operator;

GRANT UPDATE(settled_reason) ON TABLE parking.quarantined TO khop_observer;
GRANT UPDATE(settled_reason) ON TABLE parking.quarantined TO khop_gateway;
GRANT UPDATE(settled_reason) ON TABLE parking.quarantined TO khop_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE parking.starts TO khop_recorder;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE parking.starts TO khop_relay;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE parking.starts TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE parking.starts TO khop_deliverer;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE parking.starts TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.builds TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.builds TO khop_operator;
GRANT SELECT ON TABLE read.builds TO khop_gateway;
GRANT SELECT ON TABLE read.builds TO khop_deliverer;
GRANT SELECT ON TABLE read.builds TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.codes TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.codes TO khop_operator;
GRANT SELECT ON TABLE read.codes TO khop_gateway;
GRANT SELECT ON TABLE read.codes TO khop_deliverer;
GRANT SELECT ON TABLE read.codes TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.days TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.days TO khop_operator;
GRANT SELECT ON TABLE read.days TO khop_gateway;
GRANT SELECT ON TABLE read.days TO khop_deliverer;
GRANT SELECT ON TABLE read.days TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.dossiers TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.dossiers TO khop_operator;
GRANT SELECT ON TABLE read.dossiers TO khop_gateway;
GRANT SELECT ON TABLE read.dossiers TO khop_deliverer;
GRANT SELECT ON TABLE read.dossiers TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.papers TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.papers TO khop_operator;
GRANT SELECT ON TABLE read.papers TO khop_gateway;
GRANT SELECT ON TABLE read.papers TO khop_deliverer;
GRANT SELECT ON TABLE read.papers TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.parts TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.parts TO khop_operator;
GRANT SELECT ON TABLE read.parts TO khop_gateway;
GRANT SELECT ON TABLE read.parts TO khop_deliverer;
GRANT SELECT ON TABLE read.parts TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.segments TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.segments TO khop_operator;
GRANT SELECT ON TABLE read.segments TO khop_gateway;
GRANT SELECT ON TABLE read.segments TO khop_deliverer;
GRANT SELECT ON TABLE read.segments TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.steps TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.steps TO khop_operator;
GRANT SELECT ON TABLE read.steps TO khop_gateway;
GRANT SELECT ON TABLE read.steps TO khop_deliverer;
GRANT SELECT ON TABLE read.steps TO khop_reconciler;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.strays TO khop_projector;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE read.strays TO khop_operator;
GRANT SELECT ON TABLE read.strays TO khop_gateway;
GRANT SELECT ON TABLE read.strays TO khop_deliverer;
GRANT SELECT ON TABLE read.strays TO khop_reconciler;

GRANT SELECT,INSERT ON TABLE reports.printed TO khop_operator;
