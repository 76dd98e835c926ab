"""Who may still be told what a mail says, when it is sent or shown: access may have been lost since it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from formengine.services.access.enforcement import has_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person

ABOUT: Final = "about"
"""The variable that says which page a mail is about, where it is not the dossier's."""
ACKNOWLEDGEMENT, CHILD = "acknowledgement", "child"
_NEEDED: Final[Mapping[object, str]] = {ACKNOWLEDGEMENT: "dossier.read_rounds", CHILD: "dossier.read_children"}


def may_be_told(work: UnitOfWork, mail: Mail, dossier: Dossier, person: Person) -> bool:
    """Whether somebody may still be told what a mail says: they read the dossier, or the page that the mail is about.

    Somebody who only acknowledges, or is in charge of a child, has mails that lead to a page of their own (W19, W23).
    """
    reader = replace(work, actor=person)
    return has_permission(reader, _NEEDED.get((mail.variables or {}).get(ABOUT), "dossier.read"), dossier)
