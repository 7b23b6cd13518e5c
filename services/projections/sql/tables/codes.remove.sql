-- codes.remove: codes that another dossier holds now, or none.
DELETE FROM read.codes
USING unnest($2::text[], $3::text[]) AS gone (system, code)
WHERE codes.build = $1 AND codes.system = gone.system AND codes.code = gone.code
