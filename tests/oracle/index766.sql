-- QĐ 766, the indices that dossiers tell of: numerators and denominators. What the catalogue is silent about is left
-- out of both. A text in place of a 1: not dossiers are counted but how many different texts there are.
WITH there AS (
    SELECT counted.*, procedure.paper_result, procedure.fee, place.procedure, place.agency AS office,
        counted.accepted_at >= :opens AS received,
        counted.accepted_at >= :opens AND place.channel IS 'online' AS online,
        -- Có kết quả trong kỳ: 9 or 10, and the end lies in the period.
        CASE WHEN :given = 'received' THEN counted.accepted_at >= :opens
             ELSE coalesce(progress.has_result AND counted.ended_at >= :opens, 0) END AS given,
        coalesce(files.result, 0) AS result, coalesce(files.components, 0) > 0 AS component,
        coalesce(files.reused, 0) AS reused, coalesce(files.verified, 0) AS verified, coalesce(files.synced, 0) AS synced,
        coalesce(files.paid_online, 0) AS paid_online, coalesce(files.free, 0) AS free,
        progress.class
    FROM counted
    JOIN place USING (dossier)
    JOIN procedure ON procedure.code = place.procedure
    LEFT JOIN files USING (dossier)
    LEFT JOIN progress USING (dossier)
),
-- 3.2 goes by the reception date, else by NgayNopHoSo.
begun AS (
    SELECT seen.dossier, coalesce(place.agency, '') || '/' || place.procedure AS service, place.channel IS 'online' AS online
    FROM seen JOIN place USING (dossier)
    WHERE instant = :closes AND NOT void
        AND coalesce(accepted_at, (SELECT min(at) FROM act WHERE act.dossier = seen.dossier AND act = 'submitted')) >= :opens
        AND coalesce(accepted_at, (SELECT min(at) FROM act WHERE act.dossier = seen.dossier AND act = 'submitted')) < :closes
)
SELECT dossier,
    received AND synced AS "1.4.synced", received AS "1.4.received",
    coalesce(class = 'on time', 0) AS "2.1.of", coalesce(class <> 'unjudged', 0) AS "2.1.whole",
    coalesce(class = 'unjudged', 0) AS "2.1.left_out",
    0 AS "3.2.of", 0 AS "3.2.whole",
    online AS "3.3.online", online AND (result OR paper_result IS 0) AS "3.3.of",
    received AND NOT (online AND NOT result AND paper_result IS NULL) AS "3.3.whole",
    online AND NOT result AND paper_result IS NULL AS "3.3.left_out",
    received AND fee IS 1 AND NOT free AND paid_online AS "3.6.of", received AND fee IS 1 AND NOT free AS "3.6.whole",
    received AND fee IS NULL AS "3.6.left_out",
    given AND paper_result IS 1 AND result AS "4.1.of", given AND paper_result IS 1 AS "4.1.whole",
    given AND paper_result IS NULL AS "4.1.left_out",
    given AND component AND result AS "4.2.of", given AS "4.2.whole",
    received AND reused AS "4.3.of", received AS "4.3.whole",
    received AS "4.4.whole",
    CASE WHEN received AND verified THEN procedure ELSE 0 END AS "4.5a.of",
    CASE WHEN received THEN procedure ELSE 0 END AS "4.5a.whole",
    received AND verified AS "4.5b.of", received AS "4.5b.whole"
FROM there
UNION ALL
SELECT dossier, 0, 0, 0, 0, 0, CASE WHEN online THEN service ELSE 0 END, service,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM begun
