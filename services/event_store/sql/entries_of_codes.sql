-- entries_of_codes: The dossier of each code that has one, with that dossier's entry.
-- Each is looked up by its whole key: OFFSET 0 keeps the planner from reading all codes of a tenant for a few, as it
-- does on a table whose statistics are older than its growth.
SELECT held.system, held.code, entry.dossier, entry.lineage, entry.last_position, entry.merged_into
FROM unnest($2::text[], $3::text[]) AS asked (system, code)
CROSS JOIN LATERAL (
    SELECT each.system, each.code, each.dossier FROM identity.codes AS each
    WHERE each.tenant = $1 AND each.system = asked.system AND each.code = asked.code
    OFFSET 0
) AS held
CROSS JOIN LATERAL (
    SELECT * FROM identity.entries AS each WHERE each.tenant = $1 AND each.dossier = held.dossier
    OFFSET 0
) AS entry
