-- days: the flows by day of a tenant, without rows that came back to nothing.
SELECT day, agency, procedure, channel, received, reopened, resolved_on_time, resolved_late, resolved_no_due_date, voided
FROM read.builds
JOIN read.days ON days.build = builds.number
WHERE builds.tenant = $1 AND builds.projection = 'agency_day' AND builds.stage = 'live'
  AND (received, reopened, resolved_on_time, resolved_late, resolved_no_due_date, voided) <> (0, 0, 0, 0, 0, 0)
ORDER BY day, agency COLLATE "C", procedure COLLATE "C", channel COLLATE "C"
