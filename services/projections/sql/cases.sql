-- cases: one row a dossier known as of a position, seen just before the period's closing instant, just before its first, and at the latest.
-- A dossier of which nothing was said before the closing instant is a row only where the latest is looked at.
-- $1 build, $2 position, $3 first instant, $4 closing instant, $5 whether to look at the latest too. Times are microseconds since 1970.
-- A scan an instant: two that leave out what they can are cheaper than one whose rows are kept and joined with themselves.
SELECT
    coalesce(final.least_system, latest.least_system) AS system,
    coalesce(final.least_code, latest.least_code) AS code,
    final.status,
    (date_part('epoch', final.submitted_at) * 1000000)::bigint AS submitted_at,
    (date_part('epoch', final.accepted_at) * 1000000)::bigint AS accepted_at,
    (date_part('epoch', final.ended_at) * 1000000)::bigint AS ended_at,
    (date_part('epoch', final.returned_at) * 1000000)::bigint AS returned_at,
    (date_part('epoch', final.due_at) * 1000000)::bigint AS due_at,
    (date_part('epoch', final.paused_since) * 1000000)::bigint AS paused_since,
    final.outcome,
    final.agency,
    final.receiving_agency,
    final.procedure,
    final.channel,
    final.supplements,
    final.void,
    final.reopened,
    (date_part('epoch', first.accepted_at) * 1000000)::bigint AS before_accepted_at,
    (date_part('epoch', first.ended_at) * 1000000)::bigint AS before_ended_at,
    first.agency AS before_agency,
    first.void AS before_void,
    latest.status AS now_status,
    (date_part('epoch', latest.submitted_at) * 1000000)::bigint AS now_submitted_at,
    (date_part('epoch', latest.accepted_at) * 1000000)::bigint AS now_accepted_at,
    (date_part('epoch', latest.ended_at) * 1000000)::bigint AS now_ended_at,
    (date_part('epoch', latest.returned_at) * 1000000)::bigint AS now_returned_at,
    (date_part('epoch', latest.due_at) * 1000000)::bigint AS now_due_at,
    (date_part('epoch', latest.paused_since) * 1000000)::bigint AS now_paused_since,
    latest.agency AS now_agency,
    latest.procedure AS now_procedure,
    latest.channel AS now_channel,
    latest.supplements AS now_supplements,
    latest.void AS now_void
FROM (
    SELECT * FROM read.segments
    WHERE build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
      AND occurred_from < $4::timestamptz AND (occurred_to IS NULL OR occurred_to >= $4::timestamptz)
) AS final
FULL JOIN (
    SELECT * FROM read.segments
    WHERE $5::boolean AND build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
      AND occurred_to IS NULL
) AS latest ON latest.dossier = final.dossier
LEFT JOIN (
    SELECT * FROM read.segments
    WHERE build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
      AND occurred_from < $3::timestamptz AND (occurred_to IS NULL OR occurred_to >= $3::timestamptz)
) AS first ON first.dossier = final.dossier
