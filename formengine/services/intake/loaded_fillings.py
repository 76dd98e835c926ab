"""A request that several people fill in, loaded with its form and its workflow; what happens to it is noted (F20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from formengine.authoring import Pack, RequestType
from formengine.authoring.packs.form_parts import REQUESTER, PartRule
from formengine.errors import ConcurrentChange, NotFound
from formengine.services.access.policy import DossierAccess
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.intake.part_mails import title_of_part
from formengine.storage.database import expect_unchanged, is_snapshot
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling, PartFile
from formengine.storage.models.people import Person

if TYPE_CHECKING:
    from formengine.forms import Form
    from formengine.forms.form_part import FormPart, PartFields

FILLING: Final = "filling"
"""The state of a request with open parts."""
UNTOUCHED: Final = ("reminded", "expiring", "nobody")
"""What happens by itself, and does not keep a request from expiring."""


@dataclass(frozen=True)
class LoadedFilling:
    """A request that is being filled in, with its form and its workflow as they were at its beginning."""

    work: UnitOfWork
    filling: Filling
    request_type: RequestType
    pack: Pack
    form: Form

    @property
    def rules(self) -> Mapping[str, PartRule]:
        return self.request_type.parts

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of all parts that were sent, with those that the form computes from them."""
        sent = {name: value for part in self.filling.parts for name, value in part.answers.items()}
        return dict(self.form.complete(sent)) if sent else {}  # a request that has ended holds none

    @property
    def parts(self) -> list[FilledPart]:
        """The parts in the order of the request type, the requester's first."""
        order = [REQUESTER, *self.rules]
        return sorted(self.filling.parts, key=lambda part: order.index(part.part))

    def part(self, part_id: str) -> FilledPart:
        """A part by its id; raises NotFound."""
        for row in self.filling.parts:
            if row.part == part_id:
                return row
        raise NotFound(f"no part {part_id[:100]}")

    def part_form(self, part_id: str, answers: Mapping[str, Any] | None = None) -> FormPart:
        """The form as whoever fills in a part sees it, beside the answers of the others."""
        from formengine.forms.form_part import FormPart

        fields, rule = fields_of_part(self.request_type, part_id), self.rules.get(part_id)
        sees = self.request_type.fields_of_others if rule is None else rule.sees
        return FormPart(self.form, fields, self.answers if answers is None else answers, sees)


def get_filling(work: UnitOfWork, filling_id: int) -> Filling:
    """A request by its id, filled in or not; raises NotFound."""
    filling = work.session.get(Filling, filling_id)
    if filling is None:
        raise NotFound(f"no request {filling_id}")
    return filling


def load_filling(work: UnitOfWork, filling: Filling) -> LoadedFilling:
    """A request with its form, compiled in the reader's language, and its workflow."""
    definitions = work.platform.definitions
    request_type = definitions.request_type(work.session, filling.form_hash)
    pack = definitions.pack(work.session, filling.pack_hash)
    suggesting = isinstance(work.actor, Person)
    return LoadedFilling(work, filling, request_type, pack, request_form(work, request_type, suggesting=suggesting))


def filling_access(filling: Filling, part: FilledPart | None = None) -> DossierAccess:
    """A request in the terms of the access rules; with a `part`, those who are asked for it, else all who are asked."""
    parts = filling.parts if part is None else [part]
    fillers = {row.source for part in parts for row in part.sources if part.state != "waiting"}
    own = (filling.requester_id,)
    return DossierAccess(own, filling.restricted, filling.organisation_id, False, fillers=fillers)


def lock_filling(loaded: LoadedFilling) -> None:
    """Lock a request for a change; raises ConcurrentChange where somebody else has changed it since it was read."""
    session, filling = loaded.work.session, loaded.filling
    query, version = select(Filling.version).where(Filling.id == filling.id), filling.version
    if is_snapshot(session):
        expect_unchanged(session, query, version)
    elif session.scalar(query.with_for_update()) != version:
        raise ConcurrentChange(f"the request {filling.id} was changed meanwhile")


def fields_of_part(request_type: RequestType, part_id: str) -> PartFields:
    """The fields of a part: those that it names, or of the requester all that stand in no other."""
    from formengine.forms.form_part import fields_but, fields_of

    if part_id == REQUESTER:
        return fields_but(request_type.fields_of_others)
    return fields_of(request_type.parts[part_id].fields)


def log_event(loaded: LoadedFilling, kind: str, part_id: str = "", **data: Any) -> None:
    """Note what happened; it becomes part of the dossier's history."""
    work, filling = loaded.work, loaded.filling
    about = {"part": part_id, "title": title_of_part(loaded.request_type, part_id)} if part_id else {}
    via = {"via": work.via} if work.actor is not None and work.via != "page" else {}
    event = {"what": kind, "at": work.now.isoformat(), "by": work.actor_id, **via, **about, **data}
    filling.log = [*filling.log, event]
    if kind not in UNTOUCHED:
        filling.touched_at = work.now


def keep_files(work: UnitOfWork, part: FilledPart, files: Iterable[StoredFile]) -> None:
    """Keep the files of a part until the request is a dossier, in the place of those that it had."""
    wanted = {row.id for row in files}
    rows = work.session.scalars(select(PartFile).where(PartFile.part_id == part.id)).all()
    for row in rows:
        if row.file_id not in wanted:
            work.session.delete(row)
    held = {row.file_id for row in rows}
    work.session.add_all(PartFile(part_id=part.id, file_id=file_id) for file_id in sorted(wanted - held))
