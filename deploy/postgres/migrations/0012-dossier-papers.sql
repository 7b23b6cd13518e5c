-- What became of dossiers' papers: digitised, signed, paid, and how long more of them were waited for
-- depends: 0011-segments-for-forms

-- migrate: apply
-- As few rows as there are facts of that kind: beside the segments, which would be cut by each of them.
CREATE TABLE read.papers (
    known_from bigint NOT NULL,
    known_to bigint,
    occurred_from timestamptz NOT NULL,
    occurred_to timestamptz,
    national_at timestamptz,
    first_supplement_at timestamptz,
    supplement_since timestamptz,
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
    least_code text NOT NULL,
    PRIMARY KEY (build, known_from, ordinal)
);

COMMENT ON TABLE read.papers IS 'Bitemporal like the segments: what is known of a dossier''s papers; none where nobody said anything of them';

-- migrate: rollback
DROP TABLE read.papers;
DELETE FROM read.builds WHERE projection = 'dossier_papers';
