-- One place that says where a dossier was last told of: all who read the identity map's entries read this
-- depends: 0001-log 0016-identity-without-positions

-- migrate: apply
CREATE VIEW identity.entries WITH (security_invoker = true) AS
SELECT
    entry.tenant,
    entry.dossier,
    entry.lineage,
    entry.merged_into,
    coalesce((
        SELECT event.position FROM log.events AS event
        WHERE event.tenant = entry.tenant AND event.dossier = entry.dossier ORDER BY event.position DESC LIMIT 1
    ), 0) AS last_position
FROM identity.dossiers AS entry;
COMMENT ON VIEW identity.entries IS 'The identity map''s entries, each with the position of its dossier''s latest event';

-- migrate: rollback
DROP VIEW identity.entries;
