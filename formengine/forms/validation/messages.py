"""Error messages: a plain sentence for every JSON Schema keyword, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from formengine.forms.kinds.builtin import AMOUNT_PATTERN, AMOUNT_PATTERNS_BY_DECIMALS, PHONE_PATTERN
from formengine.forms.rules.author_sentences import OF_THE_PARENT, SAYS, of_kind
from formengine.forms.validation.either_or import rule_message
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.violation import Violation
from formengine.i18n import say, say_n
from formengine.value_format import format_number

Messages = dict[tuple[int, str, bool], str]
"""Messages in one language by identity of the schema, keyword, and whether the value is null."""


def field_errors(violations: Iterable[Violation], locale: str, known: Messages | None = None) -> list[FieldError]:
    """FieldErrors with messages, of data without a form.

    `known` keeps messages that a schema alone decides on; it may be used as long as the schemas live.
    """
    known = {} if known is None else known
    errors = []
    for violation in violations:
        _path, keyword, _value, instance, schema, _member, _branches = violation
        key = (id(schema), keyword, instance is None)
        text = known.get(key)
        if text is None:
            text = message(violation, locale)
            if keyword not in _BY_ANSWERS:
                known[key] = text
        errors.append(FieldError(violation.pointer, None, keyword, text))
    return errors


def message(violation: Violation, locale: str) -> str:
    """The sentence for one violation: that of the field kind, else ours."""
    says = violation.schema.get(SAYS) if isinstance(violation.schema, Mapping) else None
    if (
        says is not None
        and (own := of_kind(says, violation.keyword, locale))
        and violation.keyword not in OF_THE_PARENT
    ):
        return own
    writer = _WRITERS.get(violation.keyword)
    if writer is not None:
        return writer(violation, locale)
    return rule_message(violation, locale, str) or say(
        locale, FIXED_MESSAGES.get(violation.keyword, "This does not fit what is asked here.")
    )


_BY_ANSWERS: Final = {"anyOf", "oneOf", "not"}
"""Keywords whose messages depend on what is answered."""
FIXED_MESSAGES: Final = {
    "required": "Answer this question.",
    "dependentRequired": "Answer this question too.",
    "dependencies": "Answer this question too.",
    "readOnly": "This answer cannot be changed.",
    "enum": "Choose one from the list.",
    "false": "Nothing may stand here.",
    "not": "This answer is not accepted here.",
    "uniqueItems": "Two of these are the same; each may appear only once.",
    "contains": "Something that must be in this list is missing.",
    "minContains": "Something that must be in this list is missing.",
    "maxContains": "This list holds too many of one sort.",
    "propertyNames": "This name is not accepted here.",
    "additionalProperties": "Something here was not asked for.",
    "unevaluatedProperties": "Something here was not asked for.",
    "additionalItems": "There are more entries than may be here.",
    "unevaluatedItems": "There are more entries than may be here.",
    "items": "There are more entries than may be here.",
    "depth": "This is nested too deeply for a form (about 200 levels); go back and take out what is innermost.",
    "characters": "Characters that cannot be kept were replaced; look at the text again.",
    "key": "Give this entry a name.",
    "row": "This entry is empty; fill it in or remove it.",
    "duplicate": "This name is already used above.",
    "unknown-name": "This name is not accepted here.",
    "skipped": "The clocks go forward on {day}, and {time} does not exist: write {first} or {second}.",
    "doubled": (
        "The clocks go back on {day}, and {time} comes twice: write {first} for the first, {second} for the second one."
    ),
    "clock": "Write a date and time, such as 2026-03-31T14:30.",
    "year": "Write the year with four digits, such as 2026; dates begin in the year 1000.",
    "two-numbers": "This can be read in two ways: write {first} or {second}.",
    "sign": "Write the number alone.",
    "digits": "This number has more digits than are kept: it would become {first}. Write that, or fewer digits.",
    "file": "This file is no longer there; choose it again.",
    "unkept": "This was not kept, so that nobody reads it here. Type it again, or send the form once more without it.",
    "rows": "A form holds 1,000 entries in one list; take some out.",
    "limit": "This is more than a form can hold (20,000 answers); go back and take some out.",
    "draft": "Part of this draft is of another form, and was left out.",
    "upload": "The file could not be kept; choose it again.",
}
_TYPES: Final = {
    "string": "Write a text.",
    "number": "Write a number, such as 12 or 12.5.",
    "integer": "Write a whole number, such as 12.",
    "boolean": "Answer yes or no.",
    "null": "Leave this empty.",
    "object": "This is a group of answers, not a single one.",
    "array": "This is a list of answers, not a single one.",
}
FORMAT_MESSAGES: Final = {
    "date": "Write a date that exists, as year-month-day, such as 2026-03-31.",
    "time": "Write a time, such as 14:30:00Z.",
    "date-time": "Write a date and time, such as 2026-03-31T14:30:00Z.",
    "duration": "Write a duration, such as P3M for three months.",
    "email": "Write an e-mail address, such as name@example.com.",
    "idn-email": "Write an e-mail address, such as name@example.com.",
    "hostname": "Write the name of a computer, such as www.example.com.",
    "idn-hostname": "Write the name of a computer, such as www.example.com.",
    "ipv4": "Write an IPv4 address, such as 192.0.2.1.",
    "ipv6": "Write an IPv6 address, such as 2001:db8::1.",
    "uri": "Write a whole address, such as https://example.com.",
    "iri": "Write a whole address, such as https://example.com.",
    "uri-reference": "Write an address, such as /page or https://example.com.",
    "iri-reference": "Write an address, such as /page or https://example.com.",
    "uri-template": "Write an address template, such as /people/{id}.",
    "uuid": "Write a UUID, such as 2eb8aa08-aa98-11ea-b4aa-73b441d16380.",
    "regex": "Write a regular expression that can be read.",
    "color": "Write a colour, such as #1a2b3c.",
    "json-pointer": "Write a JSON Pointer, such as /name/0.",
    "relative-json-pointer": "Write a relative JSON Pointer, such as 1/name.",
    "data-url": "Write a data URL.",
    "iban": "Look at this IBAN again: a character is missing or wrong.",
}
_BY_PATTERN: Final = {
    AMOUNT_PATTERN: "Write an amount, such as 1,250.00.",
    PHONE_PATTERN: "Write a telephone number with the code of its country, such as +33 1 23 45 67 89.",
}
_WHOLE: Final = "This currency has no smaller unit; write a whole amount, such as 1250."
_DECIMALS: Final = (
    "In this currency, write at most {n} digit after the decimal mark.",
    "In this currency, write at most {n} digits after the decimal mark.",
)


def _type(violation: Violation, locale: str) -> str:
    types = violation.value if isinstance(violation.value, list) else [violation.value]
    names = [name for name in types if name != "null"] or types
    if violation.instance is None and len(names) == 1:
        return say(locale, "Answer this question.")
    return say(locale, _TYPES.get(names[0], _TYPES["string"]))


def _format(violation: Violation, locale: str) -> str:
    return say(locale, FORMAT_MESSAGES.get(violation.value, "Write this in the form that is asked for."))


def _const(violation: Violation, locale: str) -> str:
    if violation.value is True:
        return say(locale, "This must be ticked.")
    return say(locale, "Only {value} is accepted here.", value=json_text(violation.value))


def _one_of(violation: Violation, locale: str) -> str:
    if (rule := rule_message(violation, locale, str)) is not None:
        return rule
    branches = violation.value
    if all(isinstance(branch, Mapping) and ("const" in branch or "enum" in branch) for branch in branches):
        return say(locale, "Choose one from the list.")
    return say(locale, "Choose one of the possibilities, and only one that fits.")


def _pattern(violation: Violation, locale: str) -> str:
    if violation.value in _BY_PATTERN:
        return say(locale, _BY_PATTERN[violation.value])
    for decimals, pattern in AMOUNT_PATTERNS_BY_DECIMALS.items():
        if violation.value == pattern:
            return say_n(locale, *_DECIMALS, decimals) if decimals else say(locale, _WHOLE)
    examples = violation.schema.get("examples") if isinstance(violation.schema, Mapping) else None
    if isinstance(examples, list) and examples:
        return say(locale, "Write this in the form asked for, such as {example}.", example=json_text(examples[0]))
    return say(locale, "Write this in the form that is asked for.")


def json_text(value: Any) -> str:
    """A JSON value as text: strings as they are, others as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bound(sentence: str) -> Callable[[Violation, str], str]:
    @lru_cache(maxsize=1024, typed=True)
    def write(limit: float, locale: str) -> str:
        return say(locale, sentence, limit=format_number(limit, locale))

    return lambda violation, locale: write(violation.value, locale)


def _count(singular: str, plural: str) -> Callable[[Violation, str], str]:
    return lambda violation, locale: say_n(locale, singular, plural, int(violation.value))


_WRITERS: Final[dict[str, Callable[[Violation, str], str]]] = {
    "type": _type,
    "format": _format,
    "const": _const,
    "oneOf": _one_of,
    "anyOf": _one_of,
    "pattern": _pattern,
    "minimum": _bound("This must be {limit} or more."),
    "maximum": _bound("This must be {limit} or less."),
    "exclusiveMinimum": _bound("This must be more than {limit}."),
    "exclusiveMaximum": _bound("This must be less than {limit}."),
    "multipleOf": _bound("This must be a multiple of {limit}."),
    "minLength": _count("Write at least one character.", "Write at least {n} characters."),
    "maxLength": _count("Write at most one character.", "Write at most {n} characters."),
    "minItems": _count("Fill in at least one entry.", "There must be at least {n} entries."),
    "maxItems": _count("There may be only one entry.", "There may be at most {n} entries."),
    "minProperties": _count("Fill in at least one of these.", "Fill in at least {n} of these."),
    "maxProperties": _count("Fill in at most one of these.", "Fill in at most {n} of these."),
}
