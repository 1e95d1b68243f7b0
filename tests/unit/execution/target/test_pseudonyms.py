"""Pseudonyms: the same value the same one, no two the same, and still what the type takes."""

from __future__ import annotations

import json

import pytest

from execution.target.copying.pseudonyms import Pseudonyms

ONE = Pseudonyms(b"a key")


def shape(text: str) -> list[tuple[bool, bool, bool, str]]:
    return [(c.isdigit(), c.isupper(), c.islower(), "" if c.isalnum() else c) for c in text]


@pytest.mark.parametrize(
    "value", ["Ada Lovelace", "ada@shop.invalid", "+49 (0)30 12-34", "a", "", '{a,"b c"}', "x" * 500]
)
def test_text_keeps_its_shape(value: str) -> None:
    assert shape(ONE.text(value)) == shape(value)


def test_text_is_the_same_under_one_key_and_another_under_another() -> None:
    assert ONE.text("ada@shop.invalid") == Pseudonyms(b"a key").text("ada@shop.invalid") != "ada@shop.invalid"
    assert ONE.text("ada@shop.invalid") != Pseudonyms(b"another").text("ada@shop.invalid")


def test_text_never_makes_two_values_one() -> None:
    values = [f"{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz0123456789éß" for b in "ABCDEFGHIJ0123456789-Ö中"]

    assert len({ONE.text(value) for value in values}) == len(values)


def test_text_in_other_letters_stays_near_them() -> None:
    assert [ord(char) // 64 for char in ONE.text("Größe中文")] == [ord(char) // 64 for char in "Größe中文"]


def test_json_masks_strings_and_nothing_else() -> None:
    given = '{"name": "Ada \\"A\\"", "age": 36.50, "tags": ["x", null, true], "name": {"b:": ""}}'

    masked = ONE.json(given)

    assert json.loads(masked).keys() == {"name", "age", "tags"}
    assert '"age": 36.50' in masked
    assert "Ada" not in masked
    assert masked.count('"name":') == 2


@pytest.mark.parametrize("value", ["4915112345678", "-12.50", "0.007", "7", "NaN"])
def test_number_keeps_its_size(value: str) -> None:
    masked = ONE.number(value)

    assert len(masked) == len(value)
    assert masked[:1] == value[:1]


def test_dates_become_the_first_of_their_year() -> None:
    assert ONE.date("1815-12-10") == "1815-01-01"
    assert ONE.date("1815-12-10 08:15:00+00") == "1815-01-01 08:15:00+00"


def test_octets_and_addresses_are_replaced() -> None:
    assert len(ONE.octets(r"\x00ff")) == len(r"\x00ff")
    assert ONE.octets(r"\x") == r"\x"
    assert ONE.address("192.0.2.7") == ONE.address("192.0.2.7") != ONE.address("192.0.2.8")
    assert ONE.address("192.0.2.7").startswith("fd00:")
