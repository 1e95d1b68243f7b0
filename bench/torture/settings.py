"""The product's own settings, with handlers that fail and pauses that suit a test of minutes."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS
from fsarsite.settings import Q_CLUSTER as _QUEUE

INSTALLED_APPS = [*_APPS, "bench.torture.apps.TortureConfig"]
Q_CLUSTER = _QUEUE | {"timeout": 20, "retry": 25}  # what a killed worker held comes back while we wait
EXECUTION_STUCK_SECONDS = 5
EXECUTION_GRACE_SECONDS = 2
