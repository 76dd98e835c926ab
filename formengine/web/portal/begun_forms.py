"""What a new form begins with: prefilled answers, those of an earlier dossier, or those typed on another form; and the
choice of that other form (F10, F11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.errors import NotFound
from formengine.i18n import say
from formengine.services.drafts.changed_forms import FormChanges
from formengine.services.drafts.request_drafts import PREFIX
from formengine.services.drafts.storage import get_draft
from formengine.services.intake.carried_answers import answers_of_dossier, answers_of_other_type
from formengine.services.intake.prefill import prefill
from formengine.web.portal.catalogue import catalogue_response
from formengine.web.portal.form_pages import FormPage
from formengine.web.template_globals import route_path

if TYPE_CHECKING:
    from formengine.forms import Form, Node


UNCHANGED: Final = FormChanges()


@dataclass(frozen=True)
class BegunForm:
    """The controls of a new form (None: as its defaults have it), and what its page says of them.

    `prefilled` are the titles of fields by their source: `link`, `last`, `profile`.
    """

    controls: Mapping[str, Sequence[str]] | None = None
    changes: FormChanges = UNCHANGED
    prefilled: Mapping[str, Sequence[str]] | None = None


def begin_form(request: Request, request_type: RequestType, form: Form, steps: Sequence[FormPage] = ()) -> BegunForm:
    """What the form at this address, with these pages, begins with. Raises NotFound for a dossier (`?from=`) or a draft
    (`?instead=`) that is not there for the reader; other parameters that do not fit are ignored.
    """
    work = request.work
    if reference := request.GET.get("from", "")[:100]:
        carried = answers_of_dossier(work, request_type, form, reference)
        return BegunForm(carried.controls, carried.changes)
    if draft_id := request.GET.get("instead", ""):
        carried = answers_of_other_type(work, request_type, form, draft_id)
        return BegunForm(carried.controls, carried.changes)
    if not request_type.prefill:
        return BegunForm()
    filled = prefill(work, request_type, form, list(request.GET.items()))
    if not filled.data:
        return BegunForm()
    titles: dict[str, list[str]] = {}
    for node in form.nodes(dict(filled.data)):
        source = filled.sources.get(node.pointer.removeprefix("/"))
        if source:
            titles.setdefault(source, []).append(_title_with_page(node, steps, work.language))
    return BegunForm(form.draft(dict(filled.data), fresh=True), prefilled=titles)


def _title_with_page(node: Node, steps: Sequence[FormPage], language: str) -> str:
    """The title of a field; of one that is on a later page than the first, with that page's."""
    later = next((step.title for step in steps[1:] if node.pointer.removeprefix("/") in step.fields), "")
    return say(language, "{field} (on “{page}”)", field=node.title, page=later) if later else node.title


def copy_path(dossier: Any) -> str:
    """The address of a new form that begins with the answers of a dossier, or of the row of one in a list (F10)."""
    return route_path("new_request", {"from": dossier.reference}, type=dossier.request_type)


@view_config(route_name="request_change", renderer="formengine:web/templates/portal/change_type.jinja2")
def change_type(context: RequestType, request: Request) -> Any:
    """The choice of another request type for what a draft holds."""
    work = request.work
    draft = get_draft(work, work.person.id, request.GET.get("draft", ""))
    if draft.about != PREFIX + context.id:
        raise NotFound(f"no draft of {context.id}")
    own = {"title": context.title_in(work.language), "type": context.id, "draft": draft}
    return catalogue_response(request, own, instead_of=context.id, draft=draft.id)
