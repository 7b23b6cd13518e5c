-- Số hóa: components fall due with the acceptance, results with the end, as many as the catalogue says.
WITH there AS (
    SELECT counted.dossier, procedure.components AS due, coalesce(files.components, 0) AS made, procedure.paper_result,
        coalesce(files.result, 0) AS result, counted.accepted_at >= :opens AS received,
        coalesce(progress.has_result AND counted.ended_at >= :opens, 0) AS ended
    FROM counted
    JOIN place USING (dossier)
    JOIN procedure ON procedure.code = place.procedure
    LEFT JOIN files USING (dossier)
    LEFT JOIN progress USING (dossier)
),
parts AS (
    SELECT dossier,
        CASE WHEN received THEN coalesce(due, 0) ELSE 0 END AS components_due,
        CASE WHEN received THEN min(coalesce(due, 0), made) ELSE 0 END AS components_done,
        CASE WHEN received AND due IS NOT NULL THEN max(0, made - due) ELSE 0 END AS more,
        ended AND paper_result IS 1 AS results_due, ended AND paper_result IS 1 AND result AS results_done,
        received AND due IS NULL OR ended AND paper_result IS NULL AS left_out,
        CASE WHEN received AND due IS NULL THEN made ELSE 0 END AS left_out_components
    FROM there
)
SELECT dossier, components_due AS "components.due", components_done AS "components.done",
    results_due AS "results.due", results_done AS "results.done",
    components_due + results_due AS due, components_done + results_done AS done,
    more AS more_than_due, left_out, left_out_components
FROM parts
