-- forget_strays: the same of what was divided otherwise than by id.
DELETE FROM read.strays WHERE build = $1
