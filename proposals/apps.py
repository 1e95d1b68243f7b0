from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """The ground floor."""

    name = "proposals"
    verbose_name = "Review"
