"""Mails about the parts of a request that several people fill in (F20, N1).

They name the request type, the part and the requester, and hold no answer of anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from formengine.authoring import RequestType
from formengine.authoring.packs.form_parts import REQUESTER
from formengine.i18n import LANGUAGES, Text, pick, say
from formengine.services.access.enforcement import current_site
from formengine.services.case.guest_links import new_part_link
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.intake.part_people import people_of
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.notifications.outside_readers import outside_part_language
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.storage.models.people import Person
from formengine.value_format import format_due
from formengine.workflow.engine.roles import is_guest


def tell_asked(
    work: UnitOfWork,
    filling: Filling,
    request_type: RequestType,
    part: FilledPart,
    *,
    again: bool = False,
    only: str | None = None,
) -> list[str]:
    """Ask the people of a part to fill it in, or `only` one of them; without anybody the legal admins are told. Returns
    who was told.
    """
    people = [only] if only is not None else people_of(work, [row.source for row in part.sources])
    if people:
        _tell(work, "part_asked", people, filling, request_type, part, {"again": again})
        return people
    tell_nobody(work, filling, request_type, part)
    return []


def tell_nobody(work: UnitOfWork, filling: Filling, request_type: RequestType, part: FilledPart) -> None:
    """Tell the legal admins that nobody can fill in a part."""
    admins = list(WorkflowDirectory(work).with_role("legal_admin"))
    _tell(work, "part_nobody", admins, filling, request_type, part, {})


def tell_reminder(work: UnitOfWork, filling: Filling, request_type: RequestType, part: FilledPart) -> list[str]:
    """Remind the people of a part that it is open; where they have all left, the legal admins are told. Returns who was
    reminded.
    """
    people = people_of(work, [row.source for row in part.sources])
    if people:
        _tell(work, "part_reminder", people, filling, request_type, part, {})
    else:
        tell_nobody(work, filling, request_type, part)
    return people


def tell_unfit(work: UnitOfWork, filling: Filling, request_type: RequestType, errors: Sequence[str]) -> None:
    """Tell the requester that all parts are in, and what does not fit together."""
    data = {"errors": list(dict.fromkeys(errors))[:20]}
    _tell(work, "parts_unfit", [filling.requester_id], filling, request_type, None, data)


def tell_withdrawn(
    work: UnitOfWork, filling: Filling, request_type: RequestType, people: Iterable[str], comment: str
) -> None:
    """Tell those who were asked that the request was withdrawn."""
    _tell(work, "part_withdrawn", people, filling, request_type, None, {"comment": comment})


def tell_expiring(work: UnitOfWork, filling: Filling, request_type: RequestType, ends: object) -> None:
    """Tell the requester that the request will be deleted unless somebody goes on with it."""
    base = work.platform.settings.base_url.rstrip("/")

    def variables(to: Recipient) -> dict[str, object]:
        return {
            "request": {"title": request_type.title_in(to.language)},
            "deadline": {"due": format_due(ends, None, to.language, to.zone)},  # type: ignore[arg-type]
            "link": f"{base}/filling/{filling.id}",
        }

    notify(work, "draft_expiring", [filling.requester_id], variables, entry=_cause(work, filling, None))


def _tell(
    work: UnitOfWork,
    kind: str,
    people: Iterable[str],
    filling: Filling,
    request_type: RequestType,
    part: FilledPart | None,
    more: Mapping[str, object],
) -> None:
    base = work.platform.settings.base_url.rstrip("/")
    page = f"{base}/filling/{filling.id}"
    is_for_fillers = kind in ("part_asked", "part_reminder")

    def variables(to: Recipient) -> dict[str, object]:
        data: dict[str, object] = {
            "request": {"title": request_type.title_in(to.language)},
            "requester": _requester(filling.requester or work.person),
            "part": {"name": part_title(request_type, part.part, to.language) if part else ""},
            "link": page,
            **more,
        }
        if part is not None and is_for_fillers:
            data["link"] = f"{page}/parts/{part.part}"
            if is_guest(to.address) and to.person is None:
                data["link"] = new_part_link(work, part, to.address)
                name = part.names.get(to.address) or to.address
                data["person"] = {"name": name, "email": to.address, "outside": True}
        return data

    notify(work, kind, [_recipient(work, filling, id_) for id_ in people], variables, entry=_cause(work, filling, part))


def _recipient(work: UnitOfWork, filling: Filling, person: str) -> str | Recipient:
    """Somebody by account id; for an address without an account a recipient with the language to write in."""
    if not is_guest(person):
        return person
    language = outside_part_language(work, filling, person)
    return Recipient(person, person, language, current_site(work).portal.zone)


def _requester(person: Person) -> dict[str, str]:
    return {"name": person.name, "organisation": person.organisation.name if person.organisation else ""}


def _cause(work: UnitOfWork, filling: Filling, part: FilledPart | None) -> str:
    """What a mail was caused by: the same cause never writes a second mail to the same address."""
    return f"f{filling.id}-{part.part if part else ''}-{filling.version}-{int(work.now.timestamp() * 1000)}"


def part_title(request_type: RequestType, part_id: str, language: str) -> str:
    """The title of a part in a language."""
    return pick(title_of_part(request_type, part_id), language)


def title_of_part(request_type: RequestType, part_id: str) -> Text:
    """The title of a part; that of the requester's own, where it has none, says that it is the request."""
    rule = request_type.parts.get(part_id)
    if rule is not None:
        return rule.title
    titles = [
        part.get("title") for part in (request_type.source.get("parts") or {}).values() if part["fill"] == REQUESTER
    ]
    own: Text | None = titles[0] if titles else None
    return own or {code: say(code, "The request itself") for code in LANGUAGES}
