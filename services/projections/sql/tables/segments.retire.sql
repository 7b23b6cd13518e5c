-- segments.retire: rows that a newer fact made untrue from its position on.
UPDATE read.segments
SET known_to = retired.known_to
FROM unnest($2::bigint[], $3::smallint[], $4::bigint[]) AS retired (known_from, ordinal, known_to)
WHERE segments.build = $1 AND segments.known_from = retired.known_from AND segments.ordinal = retired.ordinal
