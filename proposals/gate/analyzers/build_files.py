"""Files that everyone's build, tests or start depend on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

_REACH = Raises(likelihood=2, damage=3)


def _shared(name: str, title: str, what_to_do: str) -> Rule:
    return Rule(f"path/{name}", Level.WARNING, Effect.REVIEW, title, what_to_do, _REACH)


LOCK_FILE = _shared(
    "lock-file",
    "The file is written by a package manager",
    "Change the manifest and let the package manager write the lock file.",
)
MANIFEST = _shared(
    "manifest",
    "The file names what the whole project is built from",
    "Say which dependencies or settings change, and keep all others.",
)
PIPELINE = _shared(
    "pipeline",
    "The file says how everyone's changes are checked and shipped",
    "Say which step changes and why; keep the checks that are there.",
)
ENTRY_POINT = _shared(
    "entry-point",
    "The program or its image starts from the file",
    "Say what starts differently, and keep what is there.",
)
_NAMES: dict[Rule, frozenset[str]] = {
    LOCK_FILE: frozenset([
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock",
        "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "gemfile.lock", "go.sum", "cargo.lock", "composer.lock",
        "packages.lock.json", "gradle.lockfile", "mix.lock", "pubspec.lock", ".terraform.lock.hcl", "flake.lock",
    ]),
    MANIFEST: frozenset([
        "package.json", "pyproject.toml", "setup.py", "setup.cfg", "pipfile", "environment.yml", "gemfile", "go.mod",
        "go.work", "cargo.toml", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle",
        "settings.gradle.kts", "mix.exs", "pubspec.yaml", "cmakelists.txt", "pnpm-workspace.yaml", "lerna.json",
        "nx.json", "turbo.json", "deno.json", "tsconfig.json",
    ]),
    PIPELINE: frozenset([
        "azure-pipelines.yml", "azure-pipelines.yaml", "bitbucket-pipelines.yml", ".travis.yml", "appveyor.yml",
        ".drone.yml", ".woodpecker.yml", "cloudbuild.yaml", "buildspec.yml", ".gitlab-ci.yml", "gitlab-ci.yml",
        "jenkinsfile", ".pre-commit-config.yaml", "codeowners", "dependabot.yml", "renovate.json", "tox.ini",
        "noxfile.py", "makefile", "gnumakefile", "justfile", "taskfile.yml", "rakefile", "skaffold.yaml", "fly.toml",
        "vercel.json", "netlify.toml", "render.yaml", "app.yaml",
    ]),
    ENTRY_POINT: frozenset([
        "manage.py", "wsgi.py", "asgi.py", "procfile", "dockerfile", "containerfile", "docker-compose.yml",
        "docker-compose.yaml", "compose.yml", "compose.yaml", "docker-entrypoint.sh", "entrypoint.sh", "config.ru",
    ]),
}  # fmt: skip
_RULES = {name: rule for rule, names in _NAMES.items() for name in names}
_REQUIREMENTS = re.compile(r"^(?:requirements|constraints)(?:[-_.][\w.-]*)?\.(?:txt|in)$")
_VARIANTS: tuple[tuple[Rule, re.Pattern[str]], ...] = (
    (MANIFEST, _REQUIREMENTS),
    (MANIFEST, re.compile(r"^[\w.-]+\.(?:csproj|fsproj|vbproj|sln|gemspec|cabal)$")),
    (ENTRY_POINT, re.compile(r"^(?:docker-)?compose\.[\w.-]+\.ya?ml$|^dockerfile\.[\w.-]+$")),
)


@register
class BuildFiles(Analyzer):
    """Catches lock files by their names, and at the top of the workspace manifests, pipelines and entry points, in any
    case.

    Whether the file is there already is known only where it is written: see path/overwrites. Lets through what lies
    in a folder, as only a part depends on that, and what policy protects: path/protected blocks that.
    """

    rules = (LOCK_FILE, MANIFEST, PIPELINE, ENTRY_POINT)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if subject.frame is None:
            return
        path = PurePosixPath(unicodedata.normalize("NFKC", subject.frame.path.replace("\\", "/")).casefold())
        name, is_on_top = path.name, len(path.parts) == 1
        rule = _RULES.get(name) or next((rule for rule, shape in _VARIANTS if shape.match(name)), None)
        if rule is LOCK_FILE or (rule is not None and is_on_top):
            yield Sighting(rule, f"Everyone who builds or runs the project depends on {name}", subject.report_region(1))
