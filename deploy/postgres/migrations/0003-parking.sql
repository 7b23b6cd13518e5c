-- What is set aside for a person; the bytes may hold personal data, so tables of their own, for the operator to read
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA parking;

CREATE TABLE parking.parked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    consumer_group text NOT NULL,
    digest bytea NOT NULL,
    key bytea,
    value bytea NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamptz NOT NULL,
    tenant text,
    state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'redriven', 'dropped')),
    settled_at timestamptz,
    settled_reason text,
    -- The digest too: a topic that was made anew counts its offsets from 0 again, with other records.
    CONSTRAINT parked_once UNIQUE (consumer_group, topic, partition, record_offset, digest)
);

CREATE INDEX parked_waiting ON parking.parked (id) WHERE state = 'parked';

CREATE TABLE parking.starts (
    topic text NOT NULL,
    partition integer NOT NULL,
    consumer_group text NOT NULL,
    first_offset bigint NOT NULL,
    alone boolean NOT NULL,
    starts integer NOT NULL,
    PRIMARY KEY (topic, partition, consumer_group, first_offset, alone)
);

COMMENT ON TABLE parking.starts IS 'Batches that were begun and not yet ended: finds the record that kills its process';

CREATE TABLE parking.quarantined (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    system text NOT NULL,
    source text NOT NULL,
    digest bytea NOT NULL,
    locator text NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    reason text NOT NULL,
    raw bytea NOT NULL,
    observed_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'redriven', 'dropped')),
    settled_at timestamptz,
    settled_reason text,
    CONSTRAINT quarantined_once UNIQUE (tenant, system, source, digest)
);

CREATE INDEX quarantined_waiting ON parking.quarantined (id) WHERE state = 'parked';

-- migrate: rollback
DROP SCHEMA parking CASCADE;
