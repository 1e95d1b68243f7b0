from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    """What was approved and is being done, undone, measured."""

    name = "execution"
    verbose_name = "Execution"

    def ready(self) -> None:
        """Register with the floor below, and the system checks."""
        from execution import checks, releases  # noqa: F401
        from execution.measurements import empty_database, replaced_file  # noqa: F401
