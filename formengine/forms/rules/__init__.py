"""What the `rules` of a form say beside its schema; a module reads each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.errors import FormError
from formengine.forms.schema.json_values import require_tree
from formengine.source import did_you_mean

KEYS: Final = ("checks", "computed", "errors")
"""The keys of `rules`."""


def check_rules(rules: Any) -> Mapping[str, Any]:
    """The `rules` of a form, {} where there are none; FormError for what is no map, or has an unknown key."""
    if rules is None:
        return {}
    if not isinstance(rules, Mapping):
        raise FormError("", f"rules takes a map: {{{KEYS[0]}: ...}}")
    require_tree("rules", rules)
    for key in rules:
        if key not in KEYS:
            raise FormError("", f"{key} is not among the rules of a form{did_you_mean(str(key), KEYS)}")
    return rules


def rules_of(request_type: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of its form that a request type has, as it is written.

    >>> rules_of({"form": {}, "computed": {"total": "sum of lines.amount"}, "errors": None})
    {'computed': {'total': 'sum of lines.amount'}}
    """
    return {key: request_type[key] for key in KEYS if request_type.get(key)}
