-- set_stage: a build becomes the live one or an old one.
UPDATE read.builds SET stage = $2 WHERE number = $1
