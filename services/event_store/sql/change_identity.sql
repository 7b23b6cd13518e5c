-- change_identity: Move codes and dossiers' lines as an append demands, and wake readers once it is committed.
WITH moved AS (
    INSERT INTO identity.codes AS held (tenant, system, code, dossier)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::uuid[])
    ON CONFLICT (tenant, system, code) DO UPDATE SET dossier = excluded.dossier
    WHERE held.dossier <> excluded.dossier
), entered AS (
    INSERT INTO identity.dossiers (tenant, dossier, lineage, merged_into)
    SELECT $1, one.dossier, one.lineage::uuid[], one.merged_into
    FROM unnest($5::uuid[], $6::text[], $7::uuid[]) AS one (dossier, lineage, merged_into)
    ON CONFLICT (tenant, dossier) DO UPDATE SET lineage = excluded.lineage, merged_into = excluded.merged_into
)
SELECT pg_notify('khop_log', $1)
