-- The identity map: which dossier holds a system's code, changed in the transaction that appends
-- depends: 0001-log

-- migrate: apply
CREATE SCHEMA identity;

CREATE TABLE identity.codes (
    tenant text NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    dossier uuid NOT NULL,
    PRIMARY KEY (tenant, system, code)
);

CREATE INDEX codes_code ON identity.codes (code);

CREATE TABLE identity.dossiers (
    tenant text NOT NULL,
    dossier uuid NOT NULL,
    lineage uuid[] NOT NULL,
    last_position bigint NOT NULL,
    merged_into uuid,
    PRIMARY KEY (tenant, dossier)
) WITH (fillfactor = 80);

COMMENT ON COLUMN identity.dossiers.lineage IS 'Dossier ids under which facts about its codes may be recorded, itself among them';

-- migrate: rollback
DROP SCHEMA identity CASCADE;
