"""The embedded PostgreSQL: a server of our own in one folder, started when no DATABASE_URL names another one."""

from fsarsite.postgres.cluster import Cluster
from fsarsite.postgres.errors import (
    AccountUnusable,
    BinariesNotFound,
    ClusterError,
    ClusterInUse,
    ServerFailed,
    VersionMismatch,
)

__all__ = [
    "AccountUnusable",
    "BinariesNotFound",
    "Cluster",
    "ClusterError",
    "ClusterInUse",
    "ServerFailed",
    "VersionMismatch",
]
