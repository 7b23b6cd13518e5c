-- segments: the rows of $2 dossiers in build $1, as a log of five positions a dossier leaves them over half a year.
-- Each is registered, accepted two days later and finished after two more; the second and third row cut short the one
-- before them. Every twentieth is late, every tenth still open, every fortieth was handed in at a desk.
INSERT INTO read.segments (
    build, known_from, ordinal, known_to, occurred_from, occurred_to, dossier, least_system, least_code, status, clock,
    submitted_at, accepted_at, ended_at, outcome, due_at, agency, procedure, channel, void, reopened, supplements
)
SELECT
    $1::integer, number * 5 + step, 0,
    CASE WHEN step = 1 OR (step = 3 AND finished) THEN number * 5 + step + 1 END,
    submitted + days_from * interval '1 day', submitted + days_to * interval '1 day',
    md5($1::integer || '/' || number)::uuid, 'one-stop', format('%s-240513-%s', agency, lpad(number::text, 7, '0')),
    status, clock, submitted, CASE WHEN step > 2 THEN submitted + interval '2 days' END,
    CASE WHEN step = 5 THEN submitted + interval '4 days' END, CASE WHEN step = 5 THEN 'finished' END,
    submitted + CASE WHEN number % 20 = 7 THEN interval '3 days' ELSE interval '6 days' END,
    agency, '9.' || lpad((number % 1200)::text, 6, '0'), CASE WHEN number % 40 = 3 THEN 'direct' ELSE 'online' END,
    false, 0, 0
FROM generate_series(0, $2::integer - 1) AS number
CROSS JOIN LATERAL (
    SELECT timestamptz '2023-12-29 01:00+00' + number * (interval '178 days' / $2::integer), number % 10 > 0, 'H99.' || number % 270
) AS dossier (submitted, finished, agency)
CROSS JOIN (VALUES
    (1, 0, NULL, 1, 'not_started'), (2, 0, 2, 1, 'not_started'), (3, 2, NULL, 4, 'running'), (4, 2, 4, 4, 'running'),
    (5, 4, NULL, 9, 'stopped')
) AS row (step, days_from, days_to, status, clock)
WHERE finished OR step < 4
