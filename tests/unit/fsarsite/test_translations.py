"""The check of the translations finds what is missing, left over, wrong or not compiled."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages import Catalog

from fsarsite.translations import find_messages, find_problems, update_catalogue

PAGE = """{% load i18n %}{% translate "Pay now" %}
{% blocktranslate with name=x %}Hello {{ name }}, 100 % yours{% endblocktranslate %}"""
CODE = 'from django.utils.translation import gettext as _\nraise ValueError(_("Not %(what)s") % {"what": 1})\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in {"templates/billing/page.html": PAGE, "billing/forms.py": CODE}.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def _catalogue(root: Path, *lines: str) -> Path:
    path = root / "locale" / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + "\n".join(lines))
    return path


def _said(messages: Catalog) -> set[str]:
    return {str(message.id) for message in messages if message.id}


def test_find_messages_reads_templates_and_code(root: Path) -> None:
    assert _said(find_messages(root)) == {"Pay now", "Hello %(name)s, 100 %% yours", "Not %(what)s"}


def test_update_catalogue_adds_and_takes_away_and_the_check_then_names_what_is_empty(root: Path) -> None:
    path = _catalogue(root, 'msgid "Pay now"\nmsgstr "Jetzt zahlen"\n', 'msgid "Gone"\nmsgstr "Weg"\n')
    messages = find_messages(root)
    before = list(find_problems(path, messages))

    update_catalogue(path, messages)
    after = list(find_problems(path, messages))

    assert any("used nowhere: 'Gone'" in line for line in before)
    assert any("not compiled" in line for line in before)
    assert [line.partition(": ")[2] for line in after] == [
        "not translated: 'Hello %(name)s, 100 %% yours'",
        "not translated: 'Not %(what)s'",
    ]


def test_find_problems_sees_a_placeholder_that_was_lost(root: Path) -> None:
    path = _catalogue(root, '#, python-format\nmsgid "Not %(what)s"\nmsgstr "Nicht %(wer)s"\n')

    assert any("what" in line and "Nicht" not in line for line in find_problems(path, find_messages(root)))
