-- What there was of a dossier's papers just before the period closes, whatever became of the dossier.
DROP TABLE IF EXISTS temp.files;
CREATE TEMP TABLE files AS
SELECT dossier,
    count(DISTINCT CASE WHEN kind = 'component' THEN name END) AS components,
    max(kind = 'component' AND flag IS 1) AS reused,
    max(kind = 'result') AS result,
    max(kind = 'identity') AS verified,
    max(kind = 'national') AS synced,
    max(kind = 'payment' AND flag IS 1) AS paid_online,
    -- Free of charge: something was paid, and each payment was of 0 đồng.
    max(kind = 'payment') AND min(kind <> 'payment' OR amount IS 0) AS free
FROM paper WHERE at < :closes GROUP BY dossier;
CREATE INDEX files_dossier ON files (dossier);
