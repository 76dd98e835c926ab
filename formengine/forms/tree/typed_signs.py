"""What is told of a typed number that cannot be read: more digits than a number keeps, or a sign beside it; the field's
own sign is left out.
"""

from __future__ import annotations

from typing import Final

from formengine.forms.kinds.number_signs import is_of_a_currency, is_per_cent, names_currency, signed_number
from formengine.forms.kinds.text_input import text_kind
from formengine.forms.kinds.typed_numbers import number_as_typed
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.value_fit import offered, option_value
from formengine.forms.tree.value_text import nearest_number, to_number

_SHORTEST_WHOLE: Final = 1e21
"""From here on whole numbers are written with an exponent."""


def without_own_sign(node: Node, raw: str) -> str:
    """What was typed in the control of a percentage without its sign; what is typed in another one as it is."""
    if node.shape.keywords.get("$kind") != "percentage":
        return raw
    signed = signed_number(raw)
    return signed.number if signed is not None and is_per_cent(signed.sign) else raw


def note_unread(context: Context, node: Node, raw: str, locale: str) -> None:
    """Note on the control of a number why it was not read: it would be rounded, or a sign was typed beside it."""
    nearest = nearest_number(raw, locale)
    if nearest is None:
        note_sign(context, node, raw, locale)
        return
    is_whole = nearest.is_integer() and abs(nearest) < _SHORTEST_WHOLE
    shown = str(int(nearest)) if is_whole else number_as_typed(nearest, context.locale)
    node.problem, node.readings, node.language = "digits", ("", raw, shown, ""), locale


def note_sign(context: Context, node: Node, raw: str, locale: str) -> None:
    """Note on a control that a sign was typed beside a number; `locale` is the language of what was typed."""
    signed = signed_number(raw)
    if signed is None or isinstance(to_number(signed.number, locale), str):
        return
    node.problem, node.language = "sign", locale
    node.refusal = context.say("Write the number alone, without “{sign}”.", sign=signed.sign)


def currencies_typed(context: Context, group: Node) -> list[Node]:
    """The currency of a group of which none is chosen, now as it was typed beside an amount (*300 EUR*): where one
    alone of those on offer is meant, and every amount means the same; else none.
    """
    currency, signed = _currency(group), _signed_amounts(group)
    if (
        currency is None
        or currency.kind != "options"
        or currency.value is not MISSING
        or currency.raw not in ([], [""])
    ):
        return []
    codes = [code for code in offered(currency.shape).values() if isinstance(code, str)]
    signs = [number.sign for amount in signed if (number := signed_number(amount.raw[-1])) is not None]
    meant = {code for sign in signs for code in codes if names_currency(sign, code, context.locale)}
    if len(meant) != 1:
        return []
    currency.value = meant.pop()
    currency.raw = [option_value(currency.shape, currency.value)]
    return [currency]


def amounts_in_own_currency(context: Context, group: Node) -> list[Node]:
    """The amounts of a group that were typed with the sign of its currency, now without it, to be read. Where another
    currency is chosen, or none, the control of the amount says so.
    """
    signed, currency = _signed_amounts(group), _currency(group)
    return [child for child in signed if _takes_sign(context, child, currency)] if signed and currency else []


def _signed_amounts(group: Node) -> list[Node]:
    return [child for child in group.children if child.problem == "sign" and text_kind(child.shape.keywords)]


def _currency(group: Node) -> Node | None:
    return next((child for child in group.children if child.shape.keywords.get("$kind") == "currency"), None)


def _takes_sign(context: Context, amount: Node, currency: Node) -> bool:
    """Take out the sign of an amount where it is that of its currency; else tell it, and return False."""
    signed, chosen = signed_number(amount.raw[-1]), currency.value
    if signed is None or not is_of_a_currency(signed.sign, context.locale):
        return False
    if not isinstance(chosen, str) or currency.unrepresentable:
        amount.refusal = context.say(
            "Choose the currency, and write the number alone, without “{sign}”.", sign=signed.sign
        )
        return False
    if not names_currency(signed.sign, chosen, context.locale):
        amount.refusal = context.say(
            "You wrote {sign}, but the currency chosen is {currency}: correct one of the two.",
            sign=signed.sign, currency=chosen,
        )  # fmt: skip
        return False
    amount.raw, amount.problem, amount.refusal = [signed.number], None, ""
    return True
