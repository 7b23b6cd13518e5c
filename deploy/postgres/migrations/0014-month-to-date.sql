-- The figures of the month to date per agency, as steps from day to day that are only added up
-- depends: 0010-read-models

-- migrate: apply
CREATE TABLE read.steps (
    build integer NOT NULL,
    span text NOT NULL CHECK (span IN ('day', 'month')),
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
    PRIMARY KEY (build, span, day, agency, before, ended_on)
) WITH (fillfactor = 70);

COMMENT ON TABLE read.steps IS 'By how many dossiers the figures of the month to date change on a local day, summed by month too; an empty text is nobody';
COMMENT ON COLUMN read.steps.before IS 'Which agency had them before the month, of those in hand then';
COMMENT ON COLUMN read.steps.ended_on IS 'Local day of an end within the month, else infinity';

-- migrate: rollback
DROP TABLE read.steps;
