"""A dossier's page and its tabs (P16-P19, P24, D3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side
from formengine.services.approvals.provider_status import provider_seats
from formengine.services.approvals.round_views import earlier_rounds, rounds
from formengine.services.approvals.seat_candidates import seat_candidates
from formengine.services.approvals.signed_copy_views import copies_by_round, ended_copies, signed_copies
from formengine.services.case.draft_jobs import OVER_VERSION
from formengine.services.case.empty_places import advice_on_empty_places
from formengine.services.case.repository import load
from formengine.services.catalogue.request_types import is_offered
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import assignment, history, history_check, notes
from formengine.services.dossiers.access_list import access_list
from formengine.services.dossiers.added_documents import addable_kinds
from formengine.services.dossiers.answer_copies import answer_copy
from formengine.services.dossiers.answers import answers_html, corrections
from formengine.services.dossiers.document_drafts import failure_sentence
from formengine.services.dossiers.document_holders import SIDES, holder_name
from formengine.services.dossiers.documents import documents, replaceable_documents
from formengine.services.dossiers.edit_locks import may_end_lock
from formengine.services.dossiers.file_series import file_series
from formengine.services.dossiers.header import DossierHeader, dossier_header
from formengine.services.dossiers.mentions import readers_of, reads_internal
from formengine.services.dossiers.overview import overview, papers
from formengine.services.dossiers.possible_holders import possible_holders
from formengine.services.dossiers.progress import progress
from formengine.services.dossiers.ratings import rating_view
from formengine.services.dossiers.related import related_dossiers
from formengine.services.dossiers.status_page import has_status_link
from formengine.services.dossiers.version_consequences import ended_by_document, over_uploads, void_by_document
from formengine.services.files.accepted_types import accepted_types
from formengine.services.files.reading_copies import copy_states
from formengine.services.notifications.inbox import dossier_news
from formengine.services.people import lookup as people
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import NO_CONTROLS, PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.child_tabs import child_tab_content
from formengine.web.dossiers.page_pictures import pages_to_decide
from formengine.web.page_errors import Controls, page_errors
from formengine.web.portal.begun_forms import copy_path
from formengine.web.post_data import entry_number, history_order, posted_choices, posted_texts

TEMPLATE = "formengine:web/templates/dossiers/dossier.jinja2"
DOSSIER_PERMISSIONS = ("act", "relate", "note", "note_internal", "attach", "share", "assign", "decide")


@dataclass(frozen=True)
class Tab:
    """A tab of the page: its link, its title, and a count."""

    id: str
    title: str
    count: int | None = None


@view_config(route_name="dossier", renderer=TEMPLATE)
def dossier(context: DossierContext, request: Request) -> dict[str, Any]:
    return dossier_page(request, context.dossier, request.GET.get("tab", "overview"))


@view_config(route_name="dossier.answers", renderer="formengine:web/templates/dossiers/answers.jinja2")
def answers(context: DossierContext, request: Request) -> dict[str, Any]:
    """The answers as submitted, on the form version they were filled in on, to read and print (F14)."""
    work, dossier = request.work, context.dossier
    return {
        "dossier": dossier,
        "answers": answers_html(work, dossier),
        "papers": papers(work, dossier),
        "copy": answer_copy(work, dossier),
    }


def dossier_page(request: Request, dossier: Dossier, tab: str, problems: Sequence[str] = ()) -> dict[str, Any]:
    """What the page shows on a tab; after a post that failed, its problems and (in the post) what was typed."""
    work = request.work
    header = dossier_header(work, dossier)
    tabs = tabs_of(work, header)
    shown = tab if tab in {shown_tab.id for shown_tab in tabs} else "overview"
    return {
        "dossier": dossier,
        "header": header,
        "tabs": tabs,
        "tab": shown,
        "kind": shown.removeprefix("children-"),
        "can": {name: has_permission(work, f"dossier.{name}", dossier) for name in DOSSIER_PERMISSIONS},
        "client_side": is_client_side(work),
        "again": copy_path(dossier) if is_offered(work, dossier.request_type) else "",
        "news": dossier_news(work, dossier),
        "now": work.now,
        "people": people.selectable_people(work) if needs_people(shown, work, dossier) else [],
        "problems": page_errors(problems),
        "typed": posted_texts(request),
        "typed_for": request.matchdict.get("document"),
        "mentioned": posted_choices(request, "mention"),
        **tab_content(request, dossier, shown, header),
    }


def show_errors(request: Request, dossier: Dossier, tab: str, errors: Sequence[str]) -> dict[str, Any]:
    """A tab again, with errors and what was typed, under status 422."""
    request.response.status_int = 422
    return dossier_page(request, dossier, tab, errors)


def act_on_tab(
    request: Request,
    dossier: Dossier,
    tab: str,
    action: Callable[[], object],
    flash: str = "",
    errors: Sequence[str] = (),
    anchor: str | None = None,
    *,
    controls: Controls = NO_CONTROLS,
) -> PageOrRedirect:
    """Run an action posted from a tab, then go back to that tab; `flash` is a sentence of the catalogue.

    `controls`: see `run_action`.
    """
    return run_action(
        request,
        action,
        lambda: redirect_to_tab(
            request,
            dossier.reference,
            None if tab == "overview" else tab,
            anchor,
            flash=flash and say(request.work.language, flash),
        ),
        lambda problems: dossier_page(request, dossier, tab, problems),
        errors,
        controls=controls,
    )


def tabs_of(work: UnitOfWork, header: DossierHeader) -> list[Tab]:
    """The tabs of a dossier for this reader."""
    language = work.language
    child_tabs = [
        Tab(f"children-{child.kind}", child_tab_title(language, child.kind, child.title), child.count)
        for child in header.children
        if child.may_open or child.count or child.always
    ]
    return [
        Tab("overview", say(language, "Overview")),
        Tab("notes", say(language, "Notes"), header.notes),
        Tab("attachments", say(language, "Attachments"), header.attachments),
        *child_tabs,
        Tab("approvals", say(language, "Approvals and signatures"), header.rounds),
        Tab("answers", say(language, "Answers")),
        Tab("people", say(language, "People")),
        Tab("history", say(language, "History")),
    ]


def child_tab_title(language: str, kind: str, title: str) -> str:
    """What a tab of children is called: our word for the kinds built in, else the author's."""
    titles = {"hearing": "Hearings", "milestone": "Milestones", "task": "Tasks"}
    return say(language, titles[kind]) if kind in titles else title


def needs_people(tab: str, work: UnitOfWork, dossier: Dossier) -> bool:
    return tab == "approvals"


def tab_content(request: Request, dossier: Dossier, tab: str, header: DossierHeader) -> dict[str, Any]:
    """The variables of one tab, read only when the tab is shown."""
    work = request.work
    match tab:
        case "overview":
            return overview_content(work, dossier, header)
        case "notes":
            return notes_content(work, dossier)
        case "attachments":
            return {
                "files": file_series(work, dossier),
                **documents_with_copies(work, dossier),
                "accepted": accepted_types(work),
                **_replacing(work, dossier),
                **_drafting(work, dossier),
            }
        case "approvals":
            return approvals_content(request, dossier)
        case "people":
            return {**people_content(work, dossier), "kept": posted_choices(request, "person")}
        case "answers":
            return {"answers": answers_html(work, dossier), "corrections": corrections(work, dossier)}
        case "history":
            return _history_content(request, dossier)
        case _:
            return child_tab_content(work, dossier, tab.removeprefix("children-"))


def overview_content(work: UnitOfWork, dossier: Dossier, header: DossierHeader) -> dict[str, Any]:
    """Where the dossier stands, what was asked, who is involved, its dates and documents."""
    round_views, document_views = rounds(work, dossier), documents(work, dossier)
    summary = overview(work, dossier)
    standing = progress(work, dossier, header, round_views, document_views, summary.developments)
    may_assign = has_permission(work, "dossier.assign", dossier)
    return {
        "overview": summary,
        "OVER_VERSION": OVER_VERSION,
        "rounds": round_views,
        "related": related_dossiers(work, dossier),
        "progress": standing,
        "titles_of_nodes": {node.id: node.title for node in standing.graph.nodes},
        "documents": document_views,
        "holder_name": partial(holder_name, work),
        "rating": rating_view(work, dossier) if dossier.ended_at else None,
        "candidates": assignment.possible_assignees(work, dossier) if may_assign else [],
    }


def _replacing(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """What the page needs to tell who has a document, to hand it over, and to add a version."""
    replaceable, loaded = replaceable_documents(work, dossier), load(work, dossier)
    return {
        "replaceable": replaceable,
        "document_kinds": addable_kinds(work, dossier),
        # of each document that has a version: a draft that failed may be asked for by who may not add one
        "ended_signatures": ended_by_document(work, dossier, loaded.case.newest_versions),
        "over_uploads": over_uploads(work, dossier),
        "OVER_VERSION": OVER_VERSION,
        "void_rounds": void_by_document(work, dossier, sorted(replaceable)),
        "possible_holders": possible_holders(loaded, sorted(replaceable)),
        "sides": [(side, holder_name(work, side)) for side in SIDES],
        "holder_name": partial(holder_name, work),
        "edit_lock_hours": work.platform.settings.edit_lock_hours,
        "may_end_lock": partial(may_end_lock, loaded),
    }


def approvals_content(request: Request, dossier: Dossier) -> dict[str, Any]:
    """The rounds and documents, with the pages of those about which the reader is asked."""
    views, shown = rounds(request.work, dossier), documents_with_copies(request.work, dossier)
    is_waiting = any(view.waiting.obstacles for view in views)
    replaceable = replaceable_documents(request.work, dossier) if is_waiting else set()
    pages, ended = pages_to_decide(request, views, shown["documents"]), {}
    if replaceable:  # there is a document to clean
        ended = ended_by_document(request.work, dossier, sorted(replaceable))
    return {
        "rounds": views,
        "earlier_rounds": earlier_rounds(views),
        **shown,
        "replaceable": replaceable,
        "ended_signatures": ended,
        "pages": pages,
        "candidates": seat_candidates(request.work, dossier, views),
    }


def _drafting(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """What the page needs to tell of drafts that failed, and to have them tried again."""
    is_team = has_permission(work, "dossier.read_internal", dossier)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return {
        "can_draft": has_permission(work, "dossier.add_version", dossier),
        "draft_failure": partial(failure_sentence, language=work.language, is_team=is_team),
        "empty_places_in": partial(advice_on_empty_places, language=work.language, workflow=workflow),
        "is_team": is_team,
    }


def people_content(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """Who sees the dossier, and the colleagues who may keep it when it is restricted."""
    access, may_share = access_list(work, dossier), has_permission(work, "dossier.share", dossier)
    ids = {*(entry.person.id for entry in access.people), *(person.id for person, _role in access.by_role)}
    readers = readers_of(work, dossier) if may_share and not dossier.restricted else []
    keepers = [person for person in readers if person.role == "counsel" and person.id not in {*ids, work.actor_id}]
    return {"access": access, "keepers": keepers, "by_link": may_share and has_status_link(dossier)}


def notes_content(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """The notes, who would read another one, and who can be mentioned in it."""
    may_write = has_permission(work, "dossier.note", dossier)
    may_choose = has_permission(work, "dossier.note_internal", dossier)
    readers = readers_of(work, dossier) if may_write else []
    return {
        "accepted": accepted_types(work),
        "notes": notes.note_views(work, dossier),
        "audience": notes.audience(work, dossier) if may_choose else None,
        "readers": [
            (person, reads_internal(work, person, dossier)) for person in readers if person.id != work.actor_id
        ],
    }


def documents_with_copies(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """The documents of a dossier, the states of the reading copies of their newest versions, the signed PDFs, and how
    signatures stand that are asked for elsewhere.
    """
    views = documents(work, dossier)
    states = copy_states(work, [v.versions[0].file for v in views if v.versions])
    copies, signed = copies_by_round(work, dossier), signed_copies(work, dossier)
    ended, elsewhere = ended_copies(work, dossier), provider_seats(work, dossier)
    return {
        "documents": views,
        "copy_states": states,
        "signed": signed,
        "other_copies": [copy for copy in reversed(copies.values()) if copy != signed[copy.document]],
        "ended": ended,
        "elsewhere": elsewhere,
    }


def history_filter(request: Request) -> str:
    """What a history shows (`?show=`): a key of `FILTERS`, "" for all."""
    show = request.GET.get("show", "")
    return show if show in history.FILTERS else ""


def _history_content(request: Request, dossier: Dossier) -> dict[str, Any]:
    work, show = request.work, history_filter(request)
    after, order = entry_number(request), history_order(request)

    def query(**changes: object) -> dict[str, object]:
        """What an address of this history asks for, with some changes."""
        asked = {"tab": "history", "show": show, "order": order, **changes}
        return {name: value for name, value in asked.items() if value}

    return {
        "history": history.history_page(work, dossier, after, show, newest_first=not order),
        "after": after,
        "order": order,
        "show": show,
        "filters": list(history.FILTERS),
        "query": query,
        "may_check": has_permission(work, "audit.read"),
        "checked": history_check.check_history(work, dossier) if request.GET.get("check") else None,
    }
