"""To whom a document may be handed: a side, or somebody who reads the dossier and may add a version once it is
their turn: the colleagues of whoever took the dossier, too (S2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.document_sight import client_sight
from formengine.services.case.repository import LoadedCase
from formengine.services.dossiers.document_holders import SIDES, US, is_team_for_client
from formengine.services.dossiers.mentions import may_be_named, readers_of, reads_internal
from formengine.services.people.lookup import known_people
from formengine.storage.models.people import Person
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.document_kinds import kind_of


def possible_holders(loaded: LoadedCase, documents: Iterable[str]) -> dict[str, list[Person]]:
    """The accounts that each document may be handed to, by name, as far as the actor may know of them; a client hands
    it to the legal team as a whole.

    They are those of its kind, looked for once: of the first of a kind apart, since a step may require it.
    """
    people = [person for person in readers_of(loaded.work, loaded.dossier) if _may_add_versions(loaded, person)]
    by_kind: dict[tuple[str, bool], list[Person]] = {}
    holders = {}
    for document in documents:
        kind = kind_of(document)
        key = (kind, document == kind)
        if key not in by_kind:
            by_kind[key] = [person for person in people if _may_hold(loaded, document, person)]
        holders[document] = by_kind[key]
    return holders


def require_holder(loaded: LoadedCase, document: str, holder: str) -> None:
    """Raise Refused unless `holder` is one of SIDES, or somebody whom the document may be handed to."""
    work, is_internal = loaded.work, client_sight(loaded.work, loaded.dossier, document) != "sees"
    if holder == US or (holder in SIDES and not is_internal):
        return
    if is_internal and not may_be_named(work, loaded.dossier, holder, internal=True):
        sentence = "The client does not see this document: choose who has it next among the legal team."
        if holder not in SIDES and known_people(work).get(holder) is None:
            sentence = "There is no such person: choose who has it next among the legal team."
        raise Refused([say(work.language, sentence)], "holder")
    person = known_people(work).get(holder) if may_be_named(work, loaded.dossier, holder) else None
    if person is None or not _may_add_versions(loaded, person) or not _may_hold(loaded, document, person):
        raise Refused([say(work.language, "Choose who has it next among those who may add a version.")], "holder")


def _may_add_versions(loaded: LoadedCase, person: Person) -> bool:
    """Whether somebody may add versions to the dossier at all, as far as the actor may know."""
    reader = replace(loaded.work, actor=person)
    return not is_team_for_client(loaded.work, person.id) and has_permission(
        reader, "dossier.add_version", loaded.dossier
    )


def _may_hold(loaded: LoadedCase, document: str, person: Person) -> bool:
    is_internal = client_sight(loaded.work, loaded.dossier, document) != "sees"
    if is_internal and not reads_internal(loaded.work, person, loaded.dossier):
        return False
    handed = replace(loaded.context, document_holders={document: person.id})
    return not engine.document_upload_reasons(loaded.workflow, loaded.case, handed, document, person.id)
