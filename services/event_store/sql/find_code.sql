-- find_code: Every dossier that holds this code in any system of any tenant.
SELECT tenant, system, dossier FROM identity.codes WHERE code = $1 ORDER BY tenant, system
