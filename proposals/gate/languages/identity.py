"""Which language a path names."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath


class Language(StrEnum):
    SQL = "SQL"
    JAVASCRIPT = "JavaScript"
    TYPESCRIPT = "TypeScript"
    TSX = "TSX"
    CSS = "CSS"
    HTML = "HTML"
    JSON = "JSON"
    YAML = "YAML"
    PYTHON = "Python"
    RUBY = "Ruby"
    SHELL = "shell"
    DOCKERFILE = "Dockerfile"
    HCL = "HCL"
    VUE = "Vue"
    DOTENV = ".env"
    MARKDOWN = "Markdown"
    TOML = "TOML"
    XML = "XML"
    GROOVY = "Groovy"
    BRACKETED = "code in brackets"


_BY_SUFFIX = {
    ".sql": Language.SQL,
    ".ddl": Language.SQL,
    ".psql": Language.SQL,
    ".js": Language.JAVASCRIPT,
    ".jsx": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
    ".ts": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
    ".cts": Language.TYPESCRIPT,
    ".tsx": Language.TSX,
    ".css": Language.CSS,
    ".html": Language.HTML,
    ".htm": Language.HTML,
    ".json": Language.JSON,
    ".yaml": Language.YAML,
    ".yml": Language.YAML,
    ".py": Language.PYTHON,
    ".rb": Language.RUBY,
    ".sh": Language.SHELL,
    ".bash": Language.SHELL,
    ".tf": Language.HCL,
    ".tfvars": Language.HCL,
    ".hcl": Language.HCL,
    ".vue": Language.VUE,
    ".md": Language.MARKDOWN,
    ".markdown": Language.MARKDOWN,
    ".toml": Language.TOML,
    ".xml": Language.XML,
    ".svg": Language.XML,
    ".groovy": Language.GROOVY,
    ".gradle": Language.GROOVY,
    **dict.fromkeys(
        (".java", ".go", ".rs", ".kt", ".swift", ".c", ".h", ".cpp", ".cs", ".scala", ".dart", ".proto", ".graphql"),
        Language.BRACKETED,
    ),
}
_BY_NAME = {
    "dockerfile": Language.DOCKERFILE,
    "containerfile": Language.DOCKERFILE,
    "jenkinsfile": Language.GROOVY,
    "gemfile": Language.RUBY,
    "rakefile": Language.RUBY,
}


def language_of_path(path: str) -> Language | None:
    """The language that the file's name promises; None for a name that promises none."""
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    if name == ".env" or name.startswith(".env.") or name.endswith(".env"):
        return Language.DOTENV
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith("dockerfile."):
        return Language.DOCKERFILE
    return _BY_SUFFIX.get(PurePosixPath(name).suffix)
