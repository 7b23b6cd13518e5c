-- The figures of the month to date per agency, as steps from day to day that are only added up
-- depends: 0010-read-models

-- migrate: apply
CREATE TABLE read.steps (
    build integer NOT NULL,
    span text NOT NULL CHECK (span IN ('day', 'month')),
    day date NOT NULL,
    agency text NOT NULL,
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
    PRIMARY KEY (build, span, day, agency)
) WITH (fillfactor = 70);

COMMENT ON TABLE read.steps IS 'By how much figures of the month to date change on a local day, summed by month too; an empty text is no agency';

-- migrate: rollback
DROP TABLE read.steps;
