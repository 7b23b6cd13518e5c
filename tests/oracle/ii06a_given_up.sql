-- Biểu II.06a, the lines of the agency that had a dossier before the period: its column 11 then, and what it gave up.
SELECT seen.dossier,
    coalesce(counted.open_before AND counted.accepted_at < :opens AND counted.moved, 0) AS transferred_out,
    1 AS stock_before,
    counted.dossier IS NULL AS stock_voided
FROM seen LEFT JOIN counted USING (dossier)
WHERE seen.instant = :opens AND seen.accepted_at IS NOT NULL AND seen.ended_at IS NULL AND NOT seen.void
