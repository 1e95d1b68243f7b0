"""What can go wrong with the embedded server. Every message is one line and ends with what to do."""


class ClusterError(Exception):
    """The embedded PostgreSQL cannot be used as asked."""


class BinariesNotFound(ClusterError):
    """No PostgreSQL of version 14 or later is on this machine."""


class VersionMismatch(ClusterError):
    """The data was written by a major version that is not on this machine."""


class AccountUnusable(ClusterError):
    """The server cannot run as any account that may own the data."""


class ServerFailed(ClusterError):
    """The server did not start, or did not stop, in time."""


class ClusterInUse(ClusterError):
    """Another process is using the server that was to be removed."""
