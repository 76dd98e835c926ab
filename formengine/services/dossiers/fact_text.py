"""Facts as people read them: the text of a value, in the reader's language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal

from formengine.forms.html.summary import money
from formengine.i18n import pick, say
from formengine.services.core.unit_of_work import Work
from formengine.services.notifications.template_data import moment
from formengine.services.people.lookup import named
from formengine.storage.models.people import Person


def value_text(work: Work, value: Any, schema: Mapping[str, Any] | None = None) -> str:
    """The text of a fact; `schema` is what asked for it, whose choices have titles. Empty for nothing."""
    schema = schema or {}
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return say(work.language, "Yes") if value else say(work.language, "No")
    if isinstance(value, list):
        return ", ".join(value_text(work, one, schema.get("items")) for one in value)
    if isinstance(value, Mapping):
        return _map_text(work, value)
    if isinstance(value, int | float):
        return str(format_decimal(value, locale=work.language))
    return _string_text(work, str(value), schema)


def _map_text(work: Work, value: Mapping[str, Any]) -> str:
    if "amount" in value and "currency" in value:
        return money(value, work.language)
    if "lines" in value:
        return ", ".join([*map(str, value["lines"]), str(value.get("postcode", "")), str(value.get("city", ""))])
    if "name" in value:
        return f"{value['name']} ({value['email']})" if value.get("email") else str(value["name"])
    return ", ".join(text for one in value.values() if (text := value_text(work, one)))


def _string_text(work: Work, value: str, schema: Mapping[str, Any]) -> str:
    for option in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if isinstance(option, Mapping) and option.get("const") == value and option.get("title"):
            return pick(option["title"], work.language)
    if schema.get("format") in ("date", "date-time"):
        try:
            return moment(value, work.language, zone_of(work))
        except ValueError:
            return value
    return named(work, value) if "formengine:pe" in str(schema.get("$ref", "")) else value


def zone_of(work: Work) -> str:
    """The zone in which the actor reads moments."""
    return work.actor.zone if isinstance(work.actor, Person) else "UTC"
