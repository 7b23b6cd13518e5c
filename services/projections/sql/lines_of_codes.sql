-- lines_of_codes: each dossier that holds one of these codes now, by any system's code, and its least code as of a position.
-- $1 tenant, $2 position, $3 codes. The least code is null where nothing was known of the dossier then.
WITH named AS (
    SELECT DISTINCT dossier, least_system, least_code
    FROM read.segments
    WHERE build = (SELECT number FROM read.builds
                   WHERE tenant = $1 AND projection = 'dossier_segments' AND stage = 'live')
      AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
)
SELECT codes.system, codes.code, named.least_system, named.least_code
FROM read.builds
JOIN read.codes ON codes.build = builds.number AND codes.code = ANY($3::text[])
LEFT JOIN named ON named.dossier = codes.dossier
WHERE builds.tenant = $1 AND builds.projection = 'dossiers' AND builds.stage = 'live'
ORDER BY codes.code, codes.system
