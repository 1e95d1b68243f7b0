"""The rules every report must meet, whichever form it came in: report.schema.json and what a schema cannot say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.validators import extend

from proposals.reports.errors import ReportError
from proposals.reports.report import FIELDS, Report

SCHEMA: dict[str, object] = json.loads(Path(__file__).with_name("report.schema.json").read_text(encoding="utf-8"))

_ITEMS = "must be a list of at most 1000 strings of one line each (Markdown cannot carry a line break)"
_REQUIREMENTS = {
    "id": "must be 1 to 100 letters, digits, '_', '.', ':' or '-'",
    "timestamp": "must be a real UTC time with milliseconds, like 2026-01-01T08:48:11.616Z",
    "severity": "must be a whole number from 0 to 75",
    "block_execution": "must be true or false",
    "proposal": "must be a string",
    "risks": _ITEMS,
    "mitigations": _ITEMS,
}
_SHOWN_CHARACTERS = 60

# Only our own check: jsonschema's depends on which optional packages are installed.
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_calendar_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


# To JSON Schema 6.0 is an integer; to a severity it is not.
_WHOLE_NUMBERS = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int)
_Validator = extend(Draft202012Validator, type_checker=_WHOLE_NUMBERS)  # type: ignore[no-untyped-call]
_VALIDATOR = _Validator(SCHEMA, format_checker=_FORMATS)


def check_values(values: Mapping[str, object], lines: Mapping[str, int] | None = None) -> None:
    """Check the seven values of a report; `lines` gives the 1-based line of a field or item where it is known.

    Raises ReportError for the first field, in the order of the format, that is missing, unknown or wrong.
    """
    lines = lines or {}
    _check_names(values)
    error = next(_VALIDATOR.iter_errors(dict(values)), None)
    if error:
        name, *index = error.absolute_path
        field = f"{name}[{index[0]}]" if index else str(name)
        raise ReportError(field, _line(field, lines), f"{_REQUIREMENTS[str(name)]}, not {_shown(error.instance)}")
    _check_unicode(values, lines)


def build_report(values: Mapping[str, Any], lines: Mapping[str, int]) -> Report:
    """Return the report of the seven values, checked. Raises ReportError as check_values does."""
    check_values(values, lines)
    return Report(**{**values, "risks": tuple(values["risks"]), "mitigations": tuple(values["mitigations"])})


def check_name(name: str, line: int | None, lines: Mapping[str, int]) -> None:
    """Raise ReportError when `name` is no field of a report or stands in `lines` already."""
    if name not in FIELDS:
        raise ReportError(_shown(name), line, f"is not a field of a report; the fields are {', '.join(FIELDS)}")
    if name in lines:
        raise ReportError(name, line, f"stands twice; the first is on line {lines[name]}")


def _check_names(values: Mapping[str, object]) -> None:
    for name in values:
        check_name(name, None, {})
    for name in FIELDS:
        if name not in values:
            raise ReportError(name, None, "is missing")


def _check_unicode(values: Mapping[str, object], lines: Mapping[str, int]) -> None:
    for name, value in values.items():
        texts = {name: value} if isinstance(value, str) else {}
        if isinstance(value, list):
            texts = {f"{name}[{index}]": item for index, item in enumerate(value)}
        for field, text in texts.items():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError as error:
                reason = f"holds a lone surrogate at character {error.start}, which is no text"
                raise ReportError(field, _line(field, lines), reason) from None


def _line(field: str, lines: Mapping[str, int]) -> int | None:
    return lines.get(field, lines.get(field.partition("[")[0]))


def _shown(value: object) -> str:
    if isinstance(value, str | int | float | bool | None):
        text = json.dumps(value)
        return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return f"a list of {len(value)}" if isinstance(value, list) else "an object"
