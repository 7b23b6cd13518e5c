-- renamed: dossiers whose least code at a position is another one than at an earlier one.
-- $1 tenant, $2 the earlier position, $3 the later.
SELECT DISTINCT
    earlier.least_system || '/' || earlier.least_code AS was,
    later.least_system || '/' || later.least_code AS is_now
FROM read.builds
JOIN read.segments AS earlier ON earlier.build = builds.number
JOIN read.segments AS later ON later.build = builds.number AND later.dossier = earlier.dossier
WHERE builds.tenant = $1 AND builds.projection = 'dossier_segments' AND builds.stage = 'live'
  AND earlier.known_from <= $2 AND earlier.known_to > $2 AND earlier.known_to <= $3
  AND later.known_from <= $3 AND (later.known_to IS NULL OR later.known_to > $3)
  AND (earlier.least_system, earlier.least_code) <> (later.least_system, later.least_code)
