"""The API's parts of a request that several people fill in: read, and sent by whoever is asked for one (F20)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine import json_pointer
from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.policy import is_permitted
from formengine.services.intake.filling_views import find_filling, unfit_answers
from formengine.services.intake.loaded_fillings import FILLING, LoadedFilling, filling_access, load_filling
from formengine.services.intake.part_mails import part_title
from formengine.services.intake.part_people import title_of_source
from formengine.services.intake.part_sending import judge_part, load_part, seen_fields, send
from formengine.services.intake.seen_parts import PartChanged, SeenPart, draft_of
from formengine.services.people.lookup import person_name
from formengine.storage.models.fillings import FilledPart
from formengine.web.api.answer_files import answers_with_files, refused_files
from formengine.web.api.attributes import attributes
from formengine.web.api.request_body import read_body
from formengine.web.portal.fillings import FillingContext


def parts_context(request: Request) -> FillingContext:
    """The request of `{reference}`: the id of one that is being filled in, or the reference that it got. Raises
    NotFound for one that the caller neither reads nor fills in.
    """
    filling = find_filling(request.work, request.matchdict["reference"])
    access = filling_access(filling)
    if not is_permitted("filling.parts", request.identity.viewer, access):
        raise NotFound(f"no request {filling.id}")
    return FillingContext(filling, access)


@view_config(route_name="api.parts", renderer="api")
def parts(context: FillingContext, request: Request) -> dict[str, Any]:
    return parts_body(request, load_filling(request.work, context.filling))


@view_config(route_name="api.part.put", renderer="api")
def put_part(context: FillingContext, request: Request) -> dict[str, Any]:
    """Send a part, with files as a submission has them; fields that the form does not declare are dropped, those of
    other parts refused. `draft_version` is that of the draft which the caller has read there.
    """
    work, body = request.work, read_body(request, ("answers", "draft_version"), payload=True, files=None)
    answers, seen = body.take("answers", dict), SeenPart(body.take("draft_version", int, 0))
    view = load_part(work, context.filling.id, request.matchdict["part"])  # before a file is stored
    declared, placed = answers_with_files(request, view.loaded.request_type.schema(work.language), answers, body)
    refused = refused_files(work, view.loaded.form, {**view.form.others, **declared}, placed)
    data, errors = judge_part(view, declared)
    try:
        send(view, data, refused or errors, seen)
    except PartChanged as changed:
        raise Refused([*changed.reasons, replacement(request, changed.now)]) from None
    return parts_body(request, load_filling(work, context.filling))


def replacement(request: Request, seen: SeenPart) -> str:
    """What to do where a part has a draft that would be replaced."""
    sentence = "Read what was saved, in `draft` of this part; to replace it, send `draft_version: {version}` as well."
    return say(request.work.language, sentence, version=seen.draft_version)


def parts_body(request: Request, loaded: LoadedFilling) -> dict[str, Any]:
    """The request with its parts, and what does not fit together once all are in; for somebody who only fills in a
    part, their own."""
    filling, viewer = loaded.filling, request.identity.viewer
    follows = is_permitted("filling.read", viewer, filling_access(filling))
    own = [part for part in loaded.parts if is_permitted("part.fill", viewer, filling_access(filling, part))]
    errors = unfit_answers(loaded) if follows else []
    sentence = "All parts are in, but the answers do not fit together. Open the part again that has to change."
    return {
        "id": filling.id,
        "request_type": filling.request_type,
        "state": filling.state,
        "reference": filling.reference if follows else None,
        "parts": [part_body(loaded, part, mine=part in own) for part in (loaded.parts if follows else own)],
        "problem": say(request.work.language, sentence) if errors else None,
        "errors": [attributes(error, ("pointer", "keyword", "message")) for error in errors],
    }


def part_body(loaded: LoadedFilling, part: FilledPart, *, mine: bool) -> dict[str, Any]:
    work, form = loaded.work, loaded.part_form(part.part)
    is_open = part.state == "open" and loaded.filling.state == FILLING
    answers, seen = loaded.answers, seen_fields(loaded, part.part)
    return {
        "id": part.part,
        "title": part_title(loaded.request_type, part.part, work.language),
        "state": part.state,
        "asked": [title_of_source(work, row.source, part) for row in part.sources],
        "since": part.sent_at if part.state == "sent" else part.opened_at,
        "by": part.names.get(part.sent_by) or person_name(work, part.sent_by) if part.sent_by else None,
        "mine": mine and is_open,
        "fields": [json_pointer.join([name]) for name in form.asked(form.part_fields.of(answers))] if is_open else [],
        "answers": form.part_fields.of(answers),
        "sees": {name: answers[name] for name in seen if name in answers} if mine else {},
        "draft": draft_body(loaded, part) if mine and is_open else None,
    }


def draft_body(loaded: LoadedFilling, part: FilledPart) -> dict[str, Any] | None:
    """What was saved of a part on its page and not sent, for those who fill it in; None where nothing was."""
    draft = draft_of(loaded.work, part)
    if draft is None:
        return None
    return {"version": draft.version, "saved_at": draft.saved_at, "answers": draft.data or {}}
