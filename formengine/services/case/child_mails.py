"""Mails to whoever is in charge of a child: they lead to its page, and say no more of the dossier than it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from formengine.i18n import pick
from formengine.services.access.enforcement import has_permission
from formengine.services.case.fact_text import fact_text
from formengine.services.notifications.audience import ABOUT, CHILD
from formengine.services.notifications.mails import Recipient
from formengine.services.people.lookup import known_people
from formengine.workflow.engine.case import Child, NotifyPeople
from formengine.workflow.engine.children import identity_of

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase


def words_about_child(
    loaded: LoadedCase, effect: NotifyPeople, children: Sequence[Child], to: Recipient
) -> Mapping[str, object]:
    """The variables that a mail has for somebody in charge of `children`, beside those that everybody's mail has.

    A mail about one of these children leads to its page. To somebody who may not read the dossier (W23) any other mail
    does so, too, without what was written, and the name of the child stands for the dossier's title.
    """
    if not children:
        return {}
    key = effect.data.get("of_child")
    own = next((child for child in children if [child.kind, child.number] == key), None)
    page = _page_of(loaded, own or _newest(loaded, children))
    if _may_read(loaded, to):
        return {"link": page, ABOUT: CHILD} if own is not None else {}
    name = name_of_child(loaded, own or _newest(loaded, children), to.language)
    dossier = {"reference": loaded.dossier.reference, "title": name, "url": page}
    words = {"link": page, ABOUT: CHILD, "dossier": dossier}
    return words if own is not None else {**words, "comment": "", "fields": [], "facts": [], "decisions": []}


def words_of_lost_charge(loaded: LoadedCase, effect: NotifyPeople, to: Recipient) -> Mapping[str, object]:
    """The variables of a mail that says that nobody is in charge of a child any more."""
    key = effect.data["of_child"]
    child = next(child for child in loaded.case.children if [child.kind, child.number] == key)
    return {"child": name_of_child(loaded, child, to.language), "link": _page_of(loaded, child), ABOUT: CHILD}


def name_of_child(loaded: LoadedCase, child: Child, language: str) -> str:
    """What a child is called: the entry of a list that it was opened for, else its kind."""
    rule, identity = loaded.workflow.children[child.kind], identity_of(loaded.workflow, child.kind) or ""
    text = fact_text(replace(loaded.work, language=language), child.fields.get(identity), rule.fields.get(identity))
    return text or pick(rule.title, language)


def _newest(loaded: LoadedCase, children: Sequence[Child]) -> Child:
    """The newest of them that has not ended, else the newest."""
    kinds = loaded.workflow.children
    return next((c for c in reversed(children) if not kinds[c.kind].states[c.state].ends), children[-1])


def _page_of(loaded: LoadedCase, child: Child) -> str:
    base = loaded.work.platform.settings.base_url.rstrip("/")
    return f"{base}/dossiers/{loaded.dossier.reference}/children/{child.kind}/{child.number}"


def _may_read(loaded: LoadedCase, to: Recipient) -> bool:
    person = known_people(loaded.work).get(to.person) if to.person else None
    return person is not None and has_permission(replace(loaded.work, actor=person), "dossier.read", loaded.dossier)
