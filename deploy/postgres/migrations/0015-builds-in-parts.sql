-- A build may be made in parts, each by a process of its own
-- depends: 0010-read-models

-- migrate: apply
ALTER TABLE read.builds ADD COLUMN parted_up_to bigint CHECK (parted_up_to > 0);

COMMENT ON COLUMN read.builds.parted_up_to IS 'While it is made in parts: the position that each of them goes to; position stays at 0 meanwhile';

CREATE TABLE read.parts (
    build integer NOT NULL,
    part smallint NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    moved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (build, part)
) WITH (fillfactor = 50);

COMMENT ON TABLE read.parts IS 'How far each part of a build got: the rows of its dossiers, and of no others, are those of that position';

CREATE TABLE read.strays (
    build integer NOT NULL,
    dossier uuid NOT NULL,
    part smallint NOT NULL,
    PRIMARY KEY (build, dossier)
);

COMMENT ON TABLE read.strays IS 'Dossiers that are in another part than their id alone says, because they share facts with others';

-- migrate: rollback
DROP TABLE read.strays;
DROP TABLE read.parts;
ALTER TABLE read.builds DROP COLUMN parted_up_to;
