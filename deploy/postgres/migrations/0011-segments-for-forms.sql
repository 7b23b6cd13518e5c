-- Segments also show what official forms ask: when the result was handed over, the receiving desk, supplements asked
-- depends: 0010-read-models

-- migrate: apply
-- A read model is made again from the log rather than changed: the projector begins it afresh.
TRUNCATE read.segments;
DELETE FROM read.builds WHERE projection = 'dossier_segments';

ALTER TABLE read.segments
    ADD COLUMN returned_at timestamptz,
    ADD COLUMN receiving_agency text,
    ADD COLUMN supplements smallint NOT NULL;

-- migrate: rollback
TRUNCATE read.segments;
DELETE FROM read.builds WHERE projection = 'dossier_segments';

ALTER TABLE read.segments
    DROP COLUMN returned_at,
    DROP COLUMN receiving_agency,
    DROP COLUMN supplements;
