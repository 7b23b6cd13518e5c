-- The ledger of what is owed to each subscriber: owed and tried are only added to, lanes and open are the work at hand
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA deliveries;

CREATE TABLE deliveries.subscribers (
    tenant text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    start text NOT NULL CHECK (start IN ('history', 'present', 'now')),
    settings jsonb NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    planned bigint NOT NULL CHECK (planned >= 0),
    next_number bigint NOT NULL DEFAULT 1,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, name)
) WITH (fillfactor = 50);

COMMENT ON COLUMN deliveries.subscribers.planned IS 'Position of the log up to which what we owe it is written down';
COMMENT ON COLUMN deliveries.subscribers.settings IS 'May hold the secret that signs what is sent: for the deliverer and the operator only';

CREATE TABLE deliveries.owed (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    number bigint NOT NULL,
    dossier uuid NOT NULL,
    position bigint NOT NULL,
    repair text,
    creates boolean NOT NULL,
    owed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, subscriber, number)
);

CREATE INDEX owed_dossier ON deliveries.owed (tenant, dossier);

CREATE TABLE deliveries.attempts (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    number bigint NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'rejected', 'unknown', 'postponed')),
    detail text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant, subscriber, number, attempt)
);

CREATE VIEW deliveries.receipts AS
    SELECT tenant, subscriber, number, detail, at FROM deliveries.attempts WHERE outcome = 'accepted';

COMMENT ON VIEW deliveries.receipts IS 'The proof of each delivery: the attempt that was accepted';

-- What is not settled yet, in the queue of the dossier it waits in: after a merge that of the survivor.
CREATE TABLE deliveries.open (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    dossier uuid NOT NULL,
    number bigint NOT NULL,
    position bigint NOT NULL,
    repair text,
    creates boolean NOT NULL,
    owed_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    rejections integer NOT NULL DEFAULT 0,
    doubtful boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant, subscriber, dossier, number)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX open_doubtful_creation ON deliveries.open (tenant, subscriber, position) WHERE creates AND doubtful;

-- One row a dossier that has something open. While it is leased, next_at is when the lease runs out.
CREATE TABLE deliveries.lanes (
    tenant text NOT NULL,
    subscriber text NOT NULL,
    dossier uuid NOT NULL,
    next_at timestamptz NOT NULL,
    last_number bigint NOT NULL,
    lease_token uuid,
    lease_through bigint,
    parked_at timestamptz,
    parked_reason text,
    merged_into uuid,
    PRIMARY KEY (tenant, subscriber, dossier)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

COMMENT ON COLUMN deliveries.lanes.last_number IS 'Of the newest delivery that was owed in it';
COMMENT ON COLUMN deliveries.lanes.lease_through IS 'Deliveries up to this number may have been sent under the lease';
COMMENT ON COLUMN deliveries.lanes.merged_into IS 'Its queue went to this dossier while it was leased: that one waits for the lease';

CREATE INDEX lanes_next ON deliveries.lanes (tenant, subscriber, next_at) WHERE parked_at IS NULL;
CREATE INDEX lanes_leased ON deliveries.lanes (tenant, subscriber) WHERE lease_token IS NOT NULL;
CREATE INDEX lanes_parked ON deliveries.lanes (tenant, subscriber, parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX lanes_merged ON deliveries.lanes (tenant, subscriber, merged_into) WHERE merged_into IS NOT NULL;

-- migrate: rollback
DROP SCHEMA deliveries CASCADE;
