-- steps.count: add the steps that dossiers have now and take away those they had before.
INSERT INTO read.steps AS steps (
    build,
    span, day, agency, before, ended_on, carried_over, received_online, received_direct, received_channel_unknown,
    reopened, resolved_on_time, resolved_late, resolved_no_due_date, in_hand_not_due, in_hand_overdue,
    in_hand_no_due_date, voided, resolved_early, falls_due, stock_before, stock_voided
)
SELECT $1, added.*
FROM unnest(
    $2::text[], $3::date[], $4::text[], $5::text[], $6::date[], $7::integer[], $8::integer[], $9::integer[],
    $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::integer[], $16::integer[],
    $17::integer[], $18::integer[], $19::integer[], $20::integer[], $21::integer[], $22::integer[]
) AS added (
    span, day, agency, before, ended_on, carried_over, received_online, received_direct, received_channel_unknown,
    reopened, resolved_on_time, resolved_late, resolved_no_due_date, in_hand_not_due, in_hand_overdue,
    in_hand_no_due_date, voided, resolved_early, falls_due, stock_before, stock_voided
)
ON CONFLICT (build, span, day, agency, before, ended_on) DO UPDATE SET
    carried_over = steps.carried_over + excluded.carried_over,
    received_online = steps.received_online + excluded.received_online,
    received_direct = steps.received_direct + excluded.received_direct,
    received_channel_unknown = steps.received_channel_unknown + excluded.received_channel_unknown,
    reopened = steps.reopened + excluded.reopened,
    resolved_on_time = steps.resolved_on_time + excluded.resolved_on_time,
    resolved_late = steps.resolved_late + excluded.resolved_late,
    resolved_no_due_date = steps.resolved_no_due_date + excluded.resolved_no_due_date,
    in_hand_not_due = steps.in_hand_not_due + excluded.in_hand_not_due,
    in_hand_overdue = steps.in_hand_overdue + excluded.in_hand_overdue,
    in_hand_no_due_date = steps.in_hand_no_due_date + excluded.in_hand_no_due_date,
    voided = steps.voided + excluded.voided,
    resolved_early = steps.resolved_early + excluded.resolved_early,
    falls_due = steps.falls_due + excluded.falls_due,
    stock_before = steps.stock_before + excluded.stock_before,
    stock_voided = steps.stock_voided + excluded.stock_voided
