-- start_cursor: The first page of a source was taken; nothing is written if another observer took it.
INSERT INTO observer.cursors (tenant, system, cursor) VALUES ($1, $2, $3)
ON CONFLICT (tenant, system) DO NOTHING
