"""The attributes of a `<form>` that `forms.js` keeps up to date while people fill it in (F4, F5)."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from formengine.i18n import say

_SENTENCES: Final = {
    "updating": "Updating the form…",
    "failed": "The form could not be updated. What you typed is still here: try again, or go on.",
    "appeared": "Now asked: {names}.",
    "gone": "No longer asked: {names}.",
}
"""What the script says, by the name of its attribute; it fills in the `{names}` of the questions itself."""


def live_attributes(locale: str, fields_id: str) -> Markup:
    """The attributes for a form whose fields stand in the element with the id `fields_id`: the script's sentences too.

    >>> live_attributes("en", "fields")[:42]
    Markup('data-live="fields" data-updating="Updating')
    """
    pairs = [("live", fields_id), *((name, say(locale, text)) for name, text in _SENTENCES.items())]
    return Markup(" ").join(Markup('data-{}="{}"').format(name, text) for name, text in pairs)
