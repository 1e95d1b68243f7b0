"""A kind of task that does what a test asks for. Installed by `tests.probe.settings` in real workers."""
