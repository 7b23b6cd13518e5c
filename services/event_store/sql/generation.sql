-- generation: Which log this is.
SELECT id FROM log.generation
