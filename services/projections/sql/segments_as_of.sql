-- segments_as_of: every segment of a tenant that was believed at a position.
SELECT segments.*
FROM read.builds
JOIN read.segments ON segments.build = builds.number
WHERE builds.tenant = $1 AND builds.projection = 'dossier_segments' AND builds.stage = 'live'
  AND segments.known_from <= $2 AND (segments.known_to IS NULL OR segments.known_to > $2)
ORDER BY least_system COLLATE "C", least_code COLLATE "C", occurred_from
