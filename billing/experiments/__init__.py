"""Who is shown what, and what came of it."""
