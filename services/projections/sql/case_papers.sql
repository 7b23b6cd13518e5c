-- case_papers: what became of the papers of each case, as of a position, just before the period's closing instant and its first.
-- $1 build, $2 position, $3 first instant, $4 closing instant. Times are microseconds since 1970.
WITH believed AS MATERIALIZED (
    SELECT instant.at, papers.*
    FROM read.papers
    JOIN (VALUES ($3::timestamptz), ($4::timestamptz)) AS instant (at)
        ON occurred_from < instant.at AND (occurred_to IS NULL OR occurred_to >= instant.at)
    WHERE build = $1::integer AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)
)
SELECT
    final.least_system AS system,
    final.least_code AS code,
    final.components_digitised,
    final.components_reused,
    final.results_digitised,
    final.documents_signed,
    final.documents_signed_digitally,
    final.paid_online,
    final.fee_zero,
    final.identity_verified,
    (date_part('epoch', final.national_at) * 1000000)::bigint AS national_at,
    (date_part('epoch', final.first_supplement_at) * 1000000)::bigint AS first_supplement_at,
    (date_part('epoch', final.supplement_since) * 1000000)::bigint AS supplement_since,
    final.supplement_seconds,
    first.documents_signed AS before_documents_signed,
    first.documents_signed_digitally AS before_documents_signed_digitally
FROM believed AS final
LEFT JOIN believed AS first ON first.at = $3 AND first.dossier = final.dossier
WHERE final.at = $4
