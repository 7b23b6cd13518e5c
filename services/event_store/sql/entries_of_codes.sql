-- entries_of_codes: The dossier of each code that has one, with that dossier's entry.
SELECT held.system, held.code, entry.dossier, entry.lineage, entry.last_position, entry.merged_into
FROM unnest($2::text[], $3::text[]) AS asked (system, code)
JOIN identity.codes AS held ON held.tenant = $1 AND held.system = asked.system AND held.code = asked.code
JOIN identity.dossiers AS entry ON entry.tenant = $1 AND entry.dossier = held.dossier
