"""Why a link no longer works, in words: one to decide, to sign or to fill in a part of a form, and any other."""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[[str], str]
"""Says a sentence of the catalogue in the reader's language."""


def reason_of_seat(_: Translate, why: str) -> str:
    """Why a link to decide, sign, acknowledge or fill in a part no longer works, by `LinkSpent.why`; of "too_late" and
    "replaced", of which the page knows more, in general.
    """
    changed = _("The document has changed since this link was made.")
    reasons = {
        "used": _("It was used already: what you decided is recorded."),
        "closed": _("What it was for is closed: nothing is asked of you any more."),
        "not_needed": _("Enough others have decided or signed: nothing is asked of you any more."),
        "expired": changed,
        "replaced": changed,
        "withdrawn": _("It was withdrawn."),
        "too_late": _("The time to sign or to decide is over."),
        "declined": _("Somebody has declined to sign, so nobody is asked to sign any more."),
        "forwarded": _("Somebody else is asked in your place, as you wished: nothing is asked of you any more."),
        "passed_on": _("Another person or another e-mail address is asked now, by a link of its own."),
        "not_asked": _("It was withdrawn: nothing is asked of you any more."),
    }
    return reasons.get(why) or _unknown(_)


def reason_of_account(_: Translate, why: str) -> str:
    """Why a link to an account or a request no longer works, by `LinkSpent.why`."""
    reasons = {
        "used": _("This link was used already. If that was you, sign in with your password."),
        "expired": _("This link was valid for a limited time, which is over."),
        "withdrawn": _("This link was withdrawn. A newer one may be in your mailbox."),
        "closed": _("What this link was for is closed."),
    }
    return reasons.get(why) or _unknown(_)


def _unknown(_: Translate) -> str:
    return _("This address is not one of our links. Perhaps a part of it was lost when it was copied.")
