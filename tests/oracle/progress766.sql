-- QĐ 766, index 2.1 in detail: each dossier once, by where it stands and by whether it is on time.
SELECT dossier, 1 AS total,
    class = 'on time' AND NOT waiting AND ended_at IS NOT NULL AS ended_on_time,
    class = 'on time' AND waiting AS waiting_on_time,
    class = 'on time' AND NOT waiting AND ended_at IS NULL AS open_on_time,
    class = 'late' AND NOT waiting AND ended_at IS NOT NULL AS ended_late,
    class = 'late' AND waiting AS waiting_late,
    class = 'late' AND NOT waiting AND ended_at IS NULL AS open_late,
    class = 'unjudged' AS unjudged,
    class = 'on time' AS on_time,
    class <> 'unjudged' AS judged
FROM progress
