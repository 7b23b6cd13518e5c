-- papers.retire: rows that a newer fact made untrue from its position on. Each is looked up in the index, whatever
-- the planner believes of a table that grew since it was last analysed.
UPDATE read.papers
SET known_to = found.known_to
FROM (
    SELECT held.ctid, retired.known_to
    FROM unnest($2::bigint[], $3::smallint[], $4::bigint[]) AS retired (known_from, ordinal, known_to)
    CROSS JOIN LATERAL (
        SELECT ctid FROM read.papers
        WHERE build = $1 AND known_from = retired.known_from AND ordinal = retired.ordinal
        OFFSET 0
    ) AS held
    OFFSET 0
) AS found
WHERE papers.ctid = found.ctid
