"""The reader's drafts: listed, resumed, discarded (F8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts import storage
from formengine.services.drafts.request_drafts import request_type_of, title_of_request
from formengine.storage.models.drafts import Draft
from formengine.web.unsent_posts import PAGE, address_of

NAME: Final = re.compile(r"f(-v?[a-z2-7]{8}|-\d{1,6})*", re.ASCII)
"""The names of controls of a generated form that hold a value."""
_TEXTS: Final = ("text", "comment", "reason", "successor_name", "successor_email", "successor_reason")


@dataclass(frozen=True)
class DraftView:
    """A draft in a list: `title` is its own in the reader's language; `kind` is that of its request type, "" where both
    are the same; `address` is where it is resumed, "" where its form is no longer offered.
    """

    draft: Draft
    title: str
    kind: str
    address: str


def draft_context(request: Request) -> Draft:
    """The reader's own draft of `{id}`; raises NotFound for any other."""
    return storage.get_draft(request.work, request.work.person.id, request.matchdict["id"])


@view_config(route_name="drafts", renderer="formengine:web/templates/portal/drafts.jinja2")
def draft_list(request: Request) -> dict[str, Any]:
    return {"drafts": draft_views(request)}


@view_config(route_name="draft", renderer="formengine:web/templates/portal/draft.jinja2")
def draft_page(context: Draft, request: Request) -> Any:
    """Lead to the form of a draft; where it is no longer offered, or may not be open any more, show what was typed."""
    view = draft_view(request, context)
    if view.address and not context.about.startswith(PAGE):
        return HTTPSeeOther(view.address)
    return {"view": view, "texts": typed_texts(context)}


@view_config(route_name="draft_removal", request_method="POST")
def discard(context: Draft, request: Request) -> HTTPSeeOther:
    title = draft_view(request, context).title
    storage.discard_draft(request.work, context.owner, context.id)
    request.flash(say(request.work.language, "The draft “{title}” is deleted.", title=title))
    return HTTPSeeOther(request.route_path("drafts"))


def draft_views(request: Request) -> list[DraftView]:
    """All drafts of the reader, the one saved last first."""
    work: UnitOfWork = request.work
    return [draft_view(request, draft) for draft in storage.drafts_of(work, work.person.id)]


def draft_view(request: Request, draft: Draft) -> DraftView:
    if draft.about.startswith(PAGE):
        return DraftView(draft, draft.title, "", address_of(request, draft))
    request_type = request_type_of(request.work, draft)
    if request_type is None:
        return DraftView(draft, draft.title, "", "")
    kind, title = request_type.title_in(request.work.language), title_of_request(request.work, request_type, draft)
    address = request.route_path("new_request", type=request_type.id, _query={"draft": draft.id})
    return DraftView(draft, title, "" if kind == title else kind, address)


def typed_texts(draft: Draft) -> list[str]:
    """What was typed into a form that may not be there any more: the texts of its answers, or of its controls."""
    typed = {name: texts for name, texts in draft.controls.items() if name in _TEXTS or NAME.fullmatch(name)}
    return [text for text in _texts(typed if draft.data is None else draft.data) if text.strip()]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
