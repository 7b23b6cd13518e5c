-- papers_as_of: every row on the papers of a tenant's dossiers that was believed at a position.
SELECT papers.*
FROM read.builds
JOIN read.papers ON papers.build = builds.number
WHERE builds.tenant = $1 AND builds.projection = 'dossier_papers' AND builds.stage = 'live'
  AND papers.known_from <= $2 AND (papers.known_to IS NULL OR papers.known_to > $2)
ORDER BY least_system COLLATE "C", least_code COLLATE "C", occurred_from
