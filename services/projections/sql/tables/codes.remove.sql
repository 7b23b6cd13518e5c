-- codes.remove: codes that another dossier holds now. Each is looked up in the index, whatever the planner believes of
-- a table that grew since it was last analysed.
DELETE FROM read.codes
WHERE ctid = ANY (ARRAY(
    SELECT held.ctid
    FROM unnest($2::text[], $3::text[]) AS gone (system, code)
    CROSS JOIN LATERAL (
        SELECT ctid FROM read.codes WHERE build = $1 AND system = gone.system AND code = gone.code OFFSET 0
    ) AS held
))
