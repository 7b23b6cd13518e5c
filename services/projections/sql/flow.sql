-- flow: the flow report of one or more periods as of a position; each dossier is looked at just before both ends.
-- $1 build, $2 position; $3-$5 periods: number, first instant, closing instant; $6-$8 whether to tell agencies,
-- procedures and channels apart; $9 whether due dates are compared as local days, whose offsets from UTC ($11) hold from
-- the moments in $10 on; $12 whether to hash the lists of dossiers. OFFSET 0 keeps a step from being done again wherever
-- the next one names its result.
-- A segment that covers both ends of a period is what is seen at both: it needs no partner, and if the dossier was void,
-- not accepted or ended by then, it counts nowhere in that period.
WITH period AS NOT MATERIALIZED (
    SELECT * FROM unnest($3::integer[], $4::timestamptz[], $5::timestamptz[]) AS period (number, opens, closes)
),
both_ends AS (
    SELECT
        period.number, period.opens, period.closes,
        CASE WHEN $6::boolean THEN final.agency END AS agency,
        CASE WHEN $7::boolean THEN final.procedure END AS procedure,
        CASE WHEN $8::boolean THEN final.channel END AS by_channel,
        final.channel, final.accepted_at, final.ended_at, final.due_at, final.paused_since, final.void,
        CASE WHEN final.occurred_from < period.opens THEN final.ended_at ELSE first.ended_at END AS ended_before,
        CASE WHEN final.occurred_from < period.opens THEN final.void ELSE coalesce(first.void, false) END AS void_before,
        CASE WHEN $12::boolean THEN final.least_system || '/' || final.least_code || E'\n' END AS line
    FROM read.segments AS final
    JOIN period
        ON final.occurred_from < period.closes AND (final.occurred_to IS NULL OR final.occurred_to >= period.closes)
        AND (final.occurred_from >= period.opens
             OR NOT final.void AND (final.accepted_at >= period.opens
                                    OR final.accepted_at IS NOT NULL AND (final.ended_at >= period.opens OR final.ended_at IS NULL)))
    LEFT JOIN (
        SELECT period.number, dossier, ended_at, void
        FROM read.segments
        JOIN period ON occurred_from < period.opens AND occurred_to >= period.opens AND occurred_to < period.closes
        WHERE build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
    ) AS first ON first.dossier = final.dossier AND first.number = period.number
    WHERE build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
),
measured AS (
    SELECT
        *,
        NOT void AND accepted_at < opens AND ended_before IS NULL AS carried_over,
        NOT void AND accepted_at >= opens AS received,
        NOT void AND accepted_at < opens AND ended_before IS NOT NULL AND ended_at IS DISTINCT FROM ended_before
            AS reopened,
        NOT void AND accepted_at IS NOT NULL AND ended_at >= opens AS resolved,
        NOT void AND accepted_at IS NOT NULL AND ended_at IS NULL AS in_hand,
        void AND NOT void_before AS voided,
        CASE
            WHEN ended_at IS NULL OR due_at IS NULL OR NOT $9::boolean THEN ended_at <= due_at
            ELSE read.local_day(ended_at, $10, $11) <= read.local_day(due_at, $10, $11)
        END AS in_time,
        -- While it is paused the clock stands still: what passes then makes nothing overdue.
        CASE
            WHEN ended_at IS NOT NULL OR due_at IS NULL THEN NULL
            WHEN NOT $9::boolean THEN due_at < least(closes, paused_since)
            ELSE read.local_day(due_at, $10, $11) < read.local_day(least(closes, paused_since), $10, $11)
        END AS overdue
    FROM both_ends
    OFFSET 0
),
figured AS (
    SELECT
        number, agency, procedure, by_channel, line, carried_over, reopened, voided,
        received AND channel = 'online' AS received_online,
        received AND channel IN ('direct', 'postal') AS received_direct,
        received AND channel IS NULL AS received_channel_unknown,
        resolved AND in_time AS resolved_on_time,
        resolved AND NOT in_time AS resolved_late,
        resolved AND due_at IS NULL AS resolved_no_due_date,
        in_hand AND NOT overdue AS in_hand_not_due,
        in_hand AND overdue AS in_hand_overdue,
        in_hand AND due_at IS NULL AS in_hand_no_due_date
    FROM measured
    OFFSET 0
)
SELECT
    number, agency, procedure, by_channel,
    count(*) FILTER (WHERE carried_over) AS carried_over,
    count(*) FILTER (WHERE received_online) AS received_online,
    count(*) FILTER (WHERE received_direct) AS received_direct,
    count(*) FILTER (WHERE received_channel_unknown) AS received_channel_unknown,
    count(*) FILTER (WHERE reopened) AS reopened,
    count(*) FILTER (WHERE resolved_on_time) AS resolved_on_time,
    count(*) FILTER (WHERE resolved_late) AS resolved_late,
    count(*) FILTER (WHERE resolved_no_due_date) AS resolved_no_due_date,
    count(*) FILTER (WHERE in_hand_not_due) AS in_hand_not_due,
    count(*) FILTER (WHERE in_hand_overdue) AS in_hand_overdue,
    count(*) FILTER (WHERE in_hand_no_due_date) AS in_hand_no_due_date,
    count(*) FILTER (WHERE voided) AS voided,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND carried_over), ''), 'UTF8')), 'hex')
        AS carried_over_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND received_online), ''), 'UTF8')), 'hex')
        AS received_online_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND received_direct), ''), 'UTF8')), 'hex')
        AS received_direct_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND received_channel_unknown), ''), 'UTF8')), 'hex')
        AS received_channel_unknown_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND reopened), ''), 'UTF8')), 'hex')
        AS reopened_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND resolved_on_time), ''), 'UTF8')), 'hex')
        AS resolved_on_time_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND resolved_late), ''), 'UTF8')), 'hex')
        AS resolved_late_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND resolved_no_due_date), ''), 'UTF8')), 'hex')
        AS resolved_no_due_date_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND in_hand_not_due), ''), 'UTF8')), 'hex')
        AS in_hand_not_due_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND in_hand_overdue), ''), 'UTF8')), 'hex')
        AS in_hand_overdue_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND in_hand_no_due_date), ''), 'UTF8')), 'hex')
        AS in_hand_no_due_date_hash,
    encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY line COLLATE "C") FILTER (WHERE $12 AND voided), ''), 'UTF8')), 'hex')
        AS voided_hash
FROM figured
GROUP BY number, agency, procedure, by_channel
