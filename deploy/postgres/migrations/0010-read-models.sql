-- Read models: what can be thrown away and made again from the log
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA read;

CREATE TABLE read.builds (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    tenant text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('live', 'making', 'old')),
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    moved_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

COMMENT ON TABLE read.builds IS 'One making of a projection for a tenant and the position its rows show; readers see the live one';

CREATE UNIQUE INDEX builds_live ON read.builds (tenant, projection) WHERE stage = 'live';
CREATE UNIQUE INDEX builds_making ON read.builds (tenant, projection) WHERE stage = 'making';

CREATE TABLE read.dossiers (
    dossier uuid NOT NULL,
    position bigint NOT NULL,
    submitted_at timestamptz,
    accepted_at timestamptz,
    due_at timestamptz,
    ended_at timestamptz,
    returned_at timestamptz,
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
    procedure text,
    PRIMARY KEY (build, dossier)
);

COMMENT ON TABLE read.dossiers IS 'Each dossier as it is now';

CREATE TABLE read.codes (
    build integer NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    dossier uuid NOT NULL,
    PRIMARY KEY (build, system, code)
);

COMMENT ON TABLE read.codes IS 'Which dossier holds a code now; part of the projection dossiers';

-- Named by (known_from, ordinal): new rows go to the right edge of the index, and retiring one finds it by two numbers.
CREATE TABLE read.segments (
    known_from bigint NOT NULL,
    known_to bigint,
    occurred_from timestamptz NOT NULL,
    occurred_to timestamptz,
    submitted_at timestamptz,
    accepted_at timestamptz,
    ended_at timestamptz,
    due_at timestamptz,
    paused_since timestamptz,
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
    PRIMARY KEY (build, known_from, ordinal)
);

COMMENT ON TABLE read.segments IS 'Bitemporal: believed from position known_from up to known_to, holding from occurred_from up to occurred_to';

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
    voided integer NOT NULL,
    PRIMARY KEY (build, day, agency, procedure, channel)
) WITH (fillfactor = 70);

COMMENT ON TABLE read.days IS 'Flows by local day as known now; an empty text is an absent value';

-- The zone comes from the caller as offsets from UTC: a server with another edition of the time zones counts the same.
CREATE FUNCTION read.local_day(moment timestamptz, starts timestamptz[], offsets interval[]) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (moment AT TIME ZONE 'GMT' + offsets[width_bucket(moment, starts)])::date
$$;

COMMENT ON FUNCTION read.local_day IS 'The local day of a moment; offsets[n] holds from starts[n] on';

-- migrate: rollback
DROP SCHEMA read CASCADE;
