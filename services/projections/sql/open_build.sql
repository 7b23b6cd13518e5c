-- open_build: begin a build beside the live one; nothing when another rebuild was faster.
INSERT INTO read.builds (projection, tenant, stage)
VALUES ($1, $2, 'making')
ON CONFLICT DO NOTHING
