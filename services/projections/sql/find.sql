-- find: the dossier that holds a code, as it is now.
SELECT dossiers.*
FROM read.builds
JOIN read.codes ON codes.build = builds.number AND codes.system = $2 AND codes.code = $3
JOIN read.dossiers ON dossiers.build = builds.number AND dossiers.dossier = codes.dossier
WHERE builds.tenant = $1 AND builds.projection = 'dossiers' AND builds.stage = 'live'
