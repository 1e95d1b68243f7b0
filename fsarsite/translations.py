"""The customers' texts in other languages: found in the sources, kept in locale/, compiled beside it.

Made with babel alone, so that nobody needs the gettext programs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

_KEYWORDS = dict.fromkeys(("_", "gettext", "gettext_lazy")) | {"ngettext": (1, 2)}
_CALL = re.compile(r"""\b(?:_|u?gettext)\(\s*u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\s*\)""")


def find_messages(root: Path) -> Catalog:
    """Every text of the customers' pages and mails that can be translated, with the files it is in."""
    found = Catalog(fuzzy=False)
    for path, message in [*_in_templates(root / "templates" / "billing"), *_in_code(root / "billing")]:
        found.add(message, locations=[(str(path.relative_to(root)), 0)])
    return found


def _in_templates(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted([*folder.glob("*.html"), *folder.glob("*.txt")]):
        for literal in _CALL.findall(templatize(path.read_text())):
            yield path, ast.literal_eval(literal)


def _in_code(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        for _line, message, _comments, _context in extract("python", BytesIO(path.read_bytes()), _KEYWORDS):
            yield path, message if isinstance(message, str) else message[0]


def find_catalogues(root: Path) -> list[Path]:
    """The files that translators edit."""
    return sorted((root / "locale").glob("*/LC_MESSAGES/django.po"))


def update_catalogue(path: Path, messages: Catalog) -> None:
    """Add what is new, take away what is gone, and compile. Nothing is guessed: a new text is empty."""
    catalogue = _read(path)
    catalogue.update(messages, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, include_lineno=False)
    path.with_suffix(".mo").write_bytes(_compiled(catalogue))


def find_problems(path: Path, messages: Catalog) -> Iterator[str]:
    """One line for each text that is missing, left over or wrong, and for a compiled file that is older."""
    catalogue = _read(path)
    for message in messages:
        translated = catalogue.get(message.id) if message.id else None
        if message.id and (translated is None or not translated.string or translated.fuzzy):
            yield f"{path}: not translated: {message.id!r}"
    for message in catalogue:
        if message.id and messages.get(message.id) is None:
            yield f"{path}: used nowhere: {message.id!r}"
        for error in message.check(catalogue):
            yield f"{path}: {error}: {message.id!r}"
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or _strings(compiled.read_bytes()) != _strings(_compiled(catalogue)):
        yield f"{compiled}: not compiled from {path.name}: make fix"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def _compiled(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _strings(compiled: bytes) -> dict[object, object]:
    return {message.id: message.string for message in read_mo(BytesIO(compiled)) if message.id}
