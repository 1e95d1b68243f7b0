"""Which rows of the target a scratch copy holds: whole tables, samples with what they refer to, made-up rows."""
