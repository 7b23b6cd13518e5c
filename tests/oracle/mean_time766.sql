-- QĐ 766, index 2.2: of dossiers that started in the period and reached 9 or 10, how long they took, in seconds.
SELECT dossier, 1 AS finished,
    CASE WHEN ended_by = 'finished' THEN ended_at ELSE coalesce(returned_at, ended_at) END - accepted_at
        - CASE WHEN :citizen_time = 'subtracted' THEN waited ELSE 0 END AS seconds
FROM progress WHERE accepted_at >= :opens AND has_result
