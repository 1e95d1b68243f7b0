"""Keys of well-known configuration files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import yaml

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import line_of, parse_tree, text_of
from proposals.gate.subject import Subject

UNKNOWN = Rule(
    "syntax/unknown-key",
    Level.ERROR,
    Effect.UNUSABLE,
    "The tool that reads the file refuses a key",
    "Write the key as the tool's reference does.",
)
_COMPOSE = frozenset([
    "version", "name", "services", "volumes", "networks", "configs", "secrets", "include", "models",
])  # fmt: skip
_SERVICE = frozenset([
    "annotations", "attach", "build", "blkio_config", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command",
    "configs", "container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period",
    "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec", "depends_on", "deploy", "develop",
    "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file",
    "environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname",
    "image", "init", "ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address", "mem_limit",
    "mem_reservation", "mem_swappiness", "memswap_limit", "models", "network_mode", "networks", "oom_kill_disable",
    "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_stop", "privileged", "profiles",
    "provider", "pull_policy", "read_only", "restart", "runtime", "scale", "secrets", "security_opt", "shm_size",
    "stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty", "ulimits",
    "use_api_socket", "user", "userns_mode", "uts", "volumes", "volumes_from", "working_dir",
])  # fmt: skip
_WORKFLOW = frozenset([
    "name", "run-name", "on", "true", "permissions", "env", "defaults", "concurrency", "jobs",
])  # fmt: skip
_JOB = frozenset([
    "name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults",
    "steps", "timeout-minutes", "strategy", "continue-on-error", "container", "services", "uses", "with", "secrets",
])  # fmt: skip
_OPENAPI = frozenset([
    "openapi", "swagger", "info", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs",
    "jsonSchemaDialect", "host", "basePath", "schemes", "consumes", "produces", "definitions", "parameters",
    "responses", "securityDefinitions",
])  # fmt: skip
_TERRAFORM = frozenset([
    "terraform", "provider", "variable", "output", "locals", "resource", "data", "module", "moved", "import", "check",
    "removed", "ephemeral",
])  # fmt: skip
_COMPOSE_NAME = re.compile(r"^(?:docker-)?compose[\w.-]*\.ya?ml$", re.IGNORECASE)
_DEEPEST = 3
_TOO_DEEP = 100  # no configuration; reading on takes the square of the depth


@register
class ConfigKeys(FileAnalyzer):
    """Catches keys that Compose, GitHub workflows, OpenAPI and Terraform refuse, at the levels that are closed.

    A file is known by its name or by the keys that only it has. Lets through extensions (`x-…`) and every level that
    is open.
    """

    rules = (UNKNOWN,)
    languages = frozenset({Language.YAML, Language.HCL})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        name = PurePosixPath(subject.frame.path).name if subject.frame else ""
        found = _terraform(content, name) if subject.language is Language.HCL else _yaml(content, name)
        for key, line, tool in found:
            yield Sighting(UNKNOWN, f"{tool} knows no {key[:40]!r} here", subject.content_region(line))


Found = Iterator[tuple[str, int, str]]


def _terraform(content: str, name: str) -> Found:
    if not name.endswith(".tf"):
        return
    root = parse_tree(content, Language.HCL).root_node
    body = next((child for child in root.named_children if child.type == "body"), None)
    for node in body.named_children if body is not None else ():
        kind = node.named_children[0] if node.type in {"block", "attribute"} and node.named_children else None
        if kind is not None and text_of(kind) not in _TERRAFORM:
            yield text_of(kind), line_of(node), "Terraform"


def _yaml(content: str, name: str) -> Found:
    try:
        keys = [*_keys(content)]
    except yaml.YAMLError:
        return
    top = {path[0] for path, _line in keys if len(path) == 1}
    for tool, levels in _formats(name, top):
        for path, line in keys:
            allowed = next((names for shape, names in levels if _fits(path, shape)), None)
            if allowed is not None and path[-1] not in allowed and not path[-1].startswith(("x-", "<<")):
                yield path[-1], line, tool


Levels = tuple[tuple[tuple[str, ...], frozenset[str]], ...]


def _formats(name: str, top: set[str]) -> Iterator[tuple[str, Levels]]:
    is_compose = bool(_COMPOSE_NAME.match(name))
    if is_compose or {"services", "version"} <= top or ("services" in top and "volumes" in top):
        yield "Compose", ((("*",), _COMPOSE), (("services", "*", "*"), _SERVICE))
    if "jobs" in top and top & {"on", "true"}:
        yield "GitHub", ((("*",), _WORKFLOW), (("jobs", "*", "*"), _JOB))
    if top & {"openapi", "swagger"} and top & {"paths", "info"}:
        yield "OpenAPI", ((("*",), _OPENAPI),)


def _fits(path: tuple[str, ...], shape: tuple[str, ...]) -> bool:
    return len(path) == len(shape) and all(part in {"*", key} for part, key in zip(shape, path, strict=True))


def _keys(content: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The keys of the first document's mappings down to the third level, each with the keys above it."""
    waiting: list[str | None] = []
    path: list[str] = []
    for event in yaml.parse(content.encode("utf-8", "replace"), Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentEndEvent) or len(path) > _TOO_DEEP:
            return
        is_key = bool(waiting) and waiting[-1] == "key"
        if is_key and isinstance(event, yaml.ScalarEvent):
            path[-1] = str(event.value)
            if len(path) <= _DEEPEST and "[]" not in path:
                yield tuple(path), event.start_mark.line + 1 if event.start_mark else 1
        if waiting and isinstance(event, yaml.NodeEvent) and waiting[-1] in {"key", "value"}:
            waiting[-1] = "value" if is_key else "key"
        if isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            waiting.append("key" if is_mapping else None)
            path.append("" if is_mapping else "[]")
        elif isinstance(event, yaml.CollectionEndEvent):
            waiting.pop()
            path.pop()
