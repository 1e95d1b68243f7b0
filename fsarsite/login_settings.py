"""Settings of logging in: lockout, second factor, sessions. docs/configuration.md lists the variables.

In tests nobody is locked out and no session is limited unless a test asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from environs import Env, validate

BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
APPS = ["axes", "django_otp", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"]
_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """Hours and minutes of 0 mean no limit."""

    attempts: int
    cool_off: timedelta
    session_hours: int
    idle_minutes: int
    ends_with_browser: bool
    approvers_need_second_factor: bool

    def axes(self) -> dict[str, Any]:
        """What django-axes reads: whoever fails too often is locked out by name, and by address."""
        return {
            "AXES_VERBOSE": False,
            "AXES_ENABLE_ADMIN": False,
            "AXES_FAILURE_LIMIT": self.attempts,
            "AXES_LOCKOUT_PARAMETERS": ["username", "ip_address"],
            "AXES_RESET_ON_SUCCESS": True,
            "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
            "AXES_ENABLE_ACCESS_FAILURE_LOG": True,
            "AXES_CLIENT_IP_CALLABLE": "fsarsite.login.address.address_of",
            "AXES_LOCKOUT_CALLABLE": "fsarsite.login.locked.locked_out",
        }


def read_login_settings(env: Env, *, environment: str) -> LoginSettings:
    """What the environment says. Raises EnvError."""
    hours, minutes = (0, 0) if environment == "test" else (12, 60)
    return LoginSettings(
        attempts=env.int("LOGIN_ATTEMPTS", 5, validate=validate.Range(1, 100)),
        cool_off=timedelta(minutes=env.int("LOGIN_COOL_OFF_MINUTES", 15, validate=validate.Range(1, 1440))),
        session_hours=env.int("SESSION_HOURS", hours, validate=validate.Range(0, 4 * _WEEK)),
        idle_minutes=env.int("SESSION_IDLE_MINUTES", minutes, validate=validate.Range(0, 60 * _WEEK)),
        ends_with_browser=env.bool("SESSION_ENDS_WITH_BROWSER", False),
        approvers_need_second_factor=env.bool("APPROVERS_NEED_SECOND_FACTOR", False),
    )
