"""Mentions in notes: whom the author addresses, of those who may see the dossier (D5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, and_, or_, select

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, has_permission, is_client_side, people_of_dossier
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from formengine.workflow.definition.site_roles import CLIENT_ROLES, LEGAL_TEAM_ROLES

MOST_OFFERED = 200
"""How many people a list to choose from offers."""


def readers_of(work: UnitOfWork, dossier: Dossier) -> list[Person]:
    """The people who may see a dossier, as far as the actor may know of them, by name; at most MOST_OFFERED.

    They are the dossier's people, its team, the people of an organisation that it is shared with, and, for the legal
    team, all of the legal team who have access.
    """

    def read() -> list[Person]:
        query = select(Person).where(Person.state == "active", or_(*_candidates(work, dossier)))
        people = list(work.session.scalars(query.order_by(Person.name, Person.id).limit(MOST_OFFERED)))
        for person in people:
            known_people(work).add(person)
        return [person for person in people if _may(work, person, "dossier.read", dossier)]

    return work.remember(("readers of", dossier.id, work.actor_id), read)


def may_be_named(work: UnitOfWork, dossier: Dossier, person_id: str, *, internal: bool = False) -> bool:
    """Whether somebody is among those who may see a dossier, however many they are (`readers_of`); with `internal`,
    among those who read what is for the legal team alone.
    """
    query = select(Person).where(Person.id == person_id, Person.state == "active", or_(*_candidates(work, dossier)))
    person = work.session.scalar(query)
    permission = "dossier.read_internal" if internal else "dossier.read"
    return person is not None and _may(work, person, permission, dossier)


def _candidates(work: UnitOfWork, dossier: Dossier) -> list[ColumnElement[bool]]:
    team = current_site(work).teams.get(dossier.team or "")
    members = sorted(member.lower() for member in team.members) if team else []
    conditions: list[ColumnElement[bool]] = [
        Person.id.in_(sorted(people_of_dossier(work.session, dossier))),
        Person.email.in_(members),
    ]
    if dossier.shared_with_organisation:
        clients = Person.role.in_(CLIENT_ROLES)
        conditions.append(and_(clients, Person.organisation_id == dossier.organisation_id))
    if not is_client_side(work):
        conditions.append(Person.role.in_(LEGAL_TEAM_ROLES))
    return conditions


def reads_internal(work: UnitOfWork, person: Person, dossier: Dossier) -> bool:
    """Whether somebody reads the internal notes of a dossier."""
    return _may(work, person, "dossier.read_internal", dossier)


def _may(work: UnitOfWork, person: Person, permission: str, dossier: Dossier) -> bool:
    return has_permission(replace(work, actor=person), permission, dossier)


def mentioned_people(
    work: UnitOfWork, dossier: Dossier, text: str, chosen: Iterable[str], internal: bool
) -> list[Person]:
    """The people whom a note addresses: those `chosen` by id, and those named in its text, as `@Maya Singh`.

    Raises Refused for somebody chosen who may not read the note. A name in the text that is nobody's who may read it is
    text like any other.
    """
    ids = set(chosen)
    if not ids and "@" not in text:
        return []
    readers = readers_of(work, dossier)
    if internal:
        readers = [person for person in readers if reads_internal(work, person, dossier)]
    if ids - {person.id for person in readers}:
        sentence = "Somebody whom you mention may not read this note: choose among those who do."
        raise Refused([say(work.language, sentence)], about="mention")
    return [person for person in readers if person.id in ids or _is_named(text, person.name)]


def _is_named(text: str, name: str) -> bool:
    return re.search(_mark_of(name), text, re.IGNORECASE) is not None


def _mark_of(name: str) -> str:
    return rf"(?<![\w.@])@{re.escape(name)}(?!\w)"


def with_marks(html: str, names: Sequence[str]) -> Markup:
    """A note's safe HTML in which each `@name` of the people mentioned stands out; tags and addresses are left alone.

    >>> with_marks("<p>@Bo, see</p>", ["Bo"])
    Markup('<p><strong class="fe-mention">@Bo</strong>, see</p>')
    """
    if not names:
        return Markup(html)  # made safe by its caller  # nosec B704
    longest_first = sorted((str(escape(name)) for name in names), key=len, reverse=True)
    pattern = re.compile("|".join(_mark_of(name) for name in longest_first), re.IGNORECASE)
    pieces = re.split(r"(<[^>]*>)", html)
    pieces[::2] = [pattern.sub(r'<strong class="fe-mention">\g<0></strong>', piece) for piece in pieces[::2]]
    return Markup("".join(pieces))  # only marks of ours were added  # nosec B704
