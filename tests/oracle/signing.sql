-- Ký số: documents by the date they were signed and sent out, whatever became of the dossier; of these signed digitally.
WITH document AS (
    SELECT dossier, name, min(at) AS at, max(flag) AS digitally
    FROM paper WHERE kind = 'document' AND at < :closes GROUP BY dossier, name
)
SELECT seen.dossier, count(*) AS issued, sum(digitally) AS signed_digitally
FROM seen JOIN document USING (dossier)
WHERE instant = :closes AND NOT void AND document.at >= :opens
GROUP BY seen.dossier
