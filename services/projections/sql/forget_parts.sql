-- forget_parts: those of a build that is whole again, or gone.
DELETE FROM read.parts WHERE build = $1
