from collections.abc import Callable

import pytest

from billing.sandbox.errors import StripeError
from billing.sandbox.params import Params

Read = Callable[[Params], object]


@pytest.mark.parametrize(
    ("values", "read", "code", "param"),
    [
        ({}, lambda p: p.text("a", required=True), "parameter_missing", "a"),
        ({"a": ""}, lambda p: p.text("a", required=True), "parameter_invalid_empty", "a"),
        ({"a": {"b": "1"}}, lambda p: p.text("a"), None, "a"),
        ({"a": "x" * 11}, lambda p: p.text("a", most=10), None, "a"),
        ({"a": "z"}, lambda p: p.text("a", among=("x", "y")), None, "a"),
        ({"a": "1.5"}, lambda p: p.integer("a"), "parameter_invalid_integer", "a"),
        ({"a": "-1"}, lambda p: p.integer("a"), "parameter_invalid_integer", "a"),
        ({"a": "٣"}, lambda p: p.integer("a"), "parameter_invalid_integer", "a"),
        ({"a": "nan"}, lambda p: p.decimal("a", most=100), None, "a"),
        ({"a": "0"}, lambda p: p.decimal("a", most=100), None, "a"),
        ({"a": "yes"}, lambda p: p.boolean("a"), None, "a"),
        ({"a": "euro"}, lambda p: p.currency("a"), None, "a"),
        ({"a": "b"}, lambda p: p.child("a"), None, "a"),
        ({"a": ["b"]}, lambda p: p.children("a"), None, "a"),
        ({"a": "b"}, lambda p: p.texts("a"), None, "a"),
        ({"metadata": {"k" * 41: "v"}}, lambda p: p.metadata(), None, "metadata[" + "k" * 40 + "]"),
        ({"metadata": {"k": "v" * 501}}, lambda p: p.metadata(), None, "metadata[k]"),
        ({"metadata": {str(n): "v" for n in range(51)}}, lambda p: p.metadata(), None, "metadata"),
        ({"a": [{"b": {}}]}, lambda p: p.children("a")[0].child("b").text("c", required=True), "parameter_missing",
         "a[0][b][c]"),
    ],
)  # fmt: skip
def test_params_wrong_name_the_whole_path(values: dict[str, object], read: Read, code: str | None, param: str) -> None:
    with pytest.raises(StripeError) as refusal:
        read(Params(values))

    assert (refusal.value.error.get("code"), refusal.value.error["param"]) == (code, param)


@pytest.mark.parametrize(
    ("current", "given", "merged"),
    [
        ({"a": "1"}, None, {"a": "1"}),
        ({"a": "1"}, {"b": "2"}, {"a": "1", "b": "2"}),
        ({"a": "1", "b": "2"}, {"a": ""}, {"b": "2"}),
        ({"a": "1"}, "", {}),
        ({}, ["x", "y"], {"0": "x", "1": "y"}),
    ],
)
def test_metadata_merges_and_unsets(current: dict[str, str], given: object, merged: dict[str, str]) -> None:
    params = Params({} if given is None else {"metadata": given})

    assert params.metadata(current) == merged


def test_finish_names_a_nested_parameter_nobody_read() -> None:
    params = Params({"a": {"b": "1", "c": "2"}})
    params.child("a").text("b")

    with pytest.raises(StripeError) as refusal:
        params.finish()

    assert refusal.value.error["param"] == "a[c]"
    assert refusal.value.error["code"] == "parameter_unknown"
