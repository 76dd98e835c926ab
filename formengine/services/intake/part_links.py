"""Filling in a part of a form by link: somebody outside reads and types without an account, and sends with a code
(F20, U9, T16).

Opening the link shows the part, with what was saved there. Sending takes the six-digit code that is mailed to the
address which the link belongs to, and uses the link up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from formengine.errors import LinkSpent
from formengine.forms import FieldError
from formengine.services.approvals.link_codes import (
    SEND_INTERVAL,
    check_code,
    mail_code,
    refund_code,
    unused_code_mistake,
)
from formengine.services.case.guest_links import get_usable_part_link, select_link
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.intake.filling_views import part_file
from formengine.services.intake.loaded_fillings import FILLING, LoadedFilling, load_filling
from formengine.services.intake.part_changes import link_subject
from formengine.services.intake.part_mails import tell_asked
from formengine.services.intake.part_sending import OpenPart, open_view, send
from formengine.services.intake.seen_parts import NOTHING_SEEN, SeenPart
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.storage.models.rounds import ActLink


@dataclass(frozen=True)
class GuestPart:
    """A part that a link opens, for the person and the organisation that its mail names as the asker, too; `code_sent`
    says that a code is valid now.
    """

    view: OpenPart
    organisation: str
    name: str
    email: str
    code_sent: bool


def load_guest_part(work: UnitOfWork, token: str) -> GuestPart:
    """The part that a link opens; raises LinkSpent when the link is no longer valid."""
    link = get_usable_part_link(work, token)
    return _guest_part(work, link)


def _guest_part(work: UnitOfWork, link: ActLink) -> GuestPart:
    part = link.part
    assert part is not None  # get_usable_part_link sees to it
    address = link.address or ""
    guest = replace(work, actor=Guest(address, 0))
    waits = link.code_expires_at is not None and link.code_expires_at > work.now
    view, organisation = open_view(load_filling(guest, part.filling), part), part.filling.requester.organisation
    of_organisation = organisation.name if organisation else ""
    return GuestPart(view, of_organisation, part.names.get(address) or address, address, waits)


def send_part_code(work: UnitOfWork, token: str) -> None:
    """Mail a new code to the link's address. Raises LinkSpent, and TooManyTries a moment after the last one."""
    link = get_usable_part_link(work, token, lock=True)
    mail_code(work, link, link.address or "")


def send_guest_part(
    work: UnitOfWork,
    token: str,
    code: str,
    judge: Callable[[OpenPart], tuple[dict[str, Any], list[FieldError]]],
    seen: SeenPart = NOTHING_SEEN,
) -> Filling:
    """Send the part of a link, given the code; `judge` returns its data and errors.

    Raises LinkSpent, Refused for a wrong code, and as `send`, which does not use the link up.
    """
    link = get_usable_part_link(work, token)
    assert link.part is not None  # get_usable_part_link sees to it
    subject = link_subject(link.part)
    check_code(work, link, code, subject)  # counts in a transaction of its own: before any lock
    guest = _guest_part(work, link)
    data, errors = judge(guest.view)
    filling = send(guest.view, data, errors, seen)
    refund_code(work, link, subject)
    link.used_at = work.now
    return filling


def part_code_mistake(work: UnitOfWork, token: str, code: str) -> str:
    """What is wrong with a code that is not used now (`unused_code_mistake`). Raises LinkSpent."""
    link = get_usable_part_link(work, token)
    assert link.part is not None  # get_usable_part_link sees to it
    return unused_code_mistake(work, link, code, link_subject(link.part))


def part_of_link(work: UnitOfWork, token: str) -> tuple[LoadedFilling, FilledPart] | None:
    """The part that a link leads to, valid or not: its holder gets back what they typed. None for no such link."""
    link = work.session.scalar(select_link(work, token))
    if link is None or link.part is None:
        return None
    guest = replace(work, actor=Guest(link.address or "", 0))
    return load_filling(guest, link.part.filling), link.part


def guest_part_file(work: UnitOfWork, token: str, file_id: str) -> StoredFile:
    """A file that whoever comes by a link may read with their part; raises LinkSpent and NotFound."""
    view = load_guest_part(work, token).view
    return part_file(view.loaded, view.part, file_id)


def request_new_part_link(work: UnitOfWork, token: str) -> None:
    """Mail a new link to the address of one that no longer works, while its part is asked of that address; otherwise do
    nothing. The caller is not told which.
    """
    link = work.session.scalar(select_link(work, token).with_for_update())
    if link is None or link.part is None:
        return
    part, address = link.part, link.address or ""
    if part.state != "open" or part.filling.state != FILLING or address not in [row.source for row in part.sources]:
        return
    newest = select(ActLink.created_at).where(ActLink.part_id == part.id, ActLink.address == address)
    last = work.session.scalar(newest.order_by(ActLink.id.desc()))
    if last is not None and timedelta(0) <= work.now - last < SEND_INTERVAL:
        return
    request_type = work.platform.definitions.request_type(work.session, part.filling.form_hash)
    tell_asked(work, part.filling, request_type, part, only=address)


__all__ = [
    "GuestPart",
    "LinkSpent",
    "guest_part_file",
    "load_guest_part",
    "request_new_part_link",
    "send_guest_part",
    "send_part_code",
]
