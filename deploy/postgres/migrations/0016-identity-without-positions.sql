-- A dossier's latest position is asked of the log, whose index has it: kept here it was a row to rewrite for every event
-- depends: 0002-identity

-- migrate: apply
ALTER TABLE identity.dossiers DROP COLUMN last_position;

-- migrate: rollback
ALTER TABLE identity.dossiers ADD COLUMN last_position bigint NOT NULL DEFAULT 0;
UPDATE identity.dossiers AS entry SET last_position = coalesce((
    SELECT max(event.position) FROM log.events AS event
    WHERE event.tenant = entry.tenant AND event.dossier = entry.dossier), 0);
ALTER TABLE identity.dossiers ALTER COLUMN last_position DROP DEFAULT;
