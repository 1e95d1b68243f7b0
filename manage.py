#!/usr/bin/env python
"""Run a management command, with the embedded PostgreSQL up for as long as it runs."""

import os
import signal
import sys
from contextlib import nullcontext

WITHOUT_DATABASE = {"help", "--help", "-h", "version", "--version", "gate", "check", "spectacular", "collectstatic"} | {
    "verify_trail",  # it reads a file
    "stripe_sandbox",  # its state is a file
}


def main() -> None:
    """Run ``django-admin`` with our settings; the last command to end stops the embedded server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fsarsite.settings")
    from django.core.management import execute_from_command_line

    from fsarsite.database import running_database
    from fsarsite.postgres import ClusterError

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the blocks below, which stop the server
    needs_database = len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_DATABASE
    try:
        with running_database() if needs_database else nullcontext():
            execute_from_command_line(sys.argv)
    except ClusterError as error:
        sys.exit(f"fsarsite: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
