-- Bốn số liệu: received, of these online, resolved, early or on time; received and resolved are different cohorts.
SELECT dossier,
    accepted_at >= :opens AS received,
    accepted_at >= :opens AND channel IS 'online' AS received_online,
    coalesce(ended_at >= :opens, 0) AS resolved,
    coalesce(ended_at >= :opens AND CASE WHEN :by_day THEN (ended_at + 25200) / 86400 <= (due_at + 25200) / 86400
                                         ELSE ended_at <= due_at END, 0) AS resolved_in_time,
    coalesce(ended_at >= :opens, 0) AND due_at IS NULL AS resolved_no_due_date
FROM counted
