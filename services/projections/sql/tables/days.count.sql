-- days.count: add what dossiers contribute now and take away what they did before.
INSERT INTO read.days AS days
    (build, day, agency, procedure, channel, received, reopened, resolved_on_time, resolved_late, resolved_no_due_date, voided)
SELECT $1, added.*
FROM unnest(
    $2::date[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::integer[],
    $11::integer[]
) AS added (day, agency, procedure, channel, received, reopened, resolved_on_time, resolved_late, resolved_no_due_date, voided)
ON CONFLICT (build, day, agency, procedure, channel) DO UPDATE SET
    received = days.received + excluded.received,
    reopened = days.reopened + excluded.reopened,
    resolved_on_time = days.resolved_on_time + excluded.resolved_on_time,
    resolved_late = days.resolved_late + excluded.resolved_late,
    resolved_no_due_date = days.resolved_no_due_date + excluded.resolved_no_due_date,
    voided = days.voided + excluded.voided
