"""A form that is posted when its session has ended: what was typed is kept, and is there again after signing in (F8).

Each form says for whom it was drawn, signed by the site, so that only posts of people with an account are kept, and
only for them. The browser holds a secret (`services/drafts/unsent_posts.py`); signing in with it uses it up. Files are
not kept: the page names them, to be chosen again. Passwords, codes and consents are never kept.
"""

from __future__ import annotations

import binascii
from typing import Any, Final
from urllib.parse import unquote

from markupsafe import Markup

from formengine.errors import DefinitionError
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.request_drafts import PREFIX
from formengine.services.drafts.storage import FilledForm, find_draft
from formengine.services.drafts.unsent_posts import LIFETIME, claim_post, keep_post
from formengine.storage.database import LATE
from formengine.storage.models.drafts import Draft
from formengine.storage.models.people import Person
from formengine.web.cookies import get_cookie, set_cookie
from formengine.web.post_addresses import page_above
from formengine.web.repeated_posts import KEY
from formengine.web.unit_of_work import SAFE_METHODS

COOKIE: Final = "fe_unsent"
FOR: Final = "_for"
"""The control that says for whom a form was drawn: the person's id and its signature."""
PAGE: Final = "page:"
"""What drafts of other forms than requests are about, followed by the path of the page that has the form."""
FILES: Final = "_files"
"""The names of files that came with a post that is kept."""
ADDRESS: Final = "_address"
NEVER_KEPT: Final = frozenset(
    (
        "csrf_token",
        FOR,
        KEY,
        "password",
        "present",
        "new",
        "code",
        "consent",
        "accept_notice",
        "version",
        "document_sha256",
    )
)


def for_field(request: Any) -> Markup:
    """The hidden control of each form that says for whom it was drawn; empty for readers without an account."""
    person = request.identity.person
    if person is None:
        return Markup("")
    signature = request.registry.platform.settings.secret.sign(_message(person.id)).hex()
    return Markup('<input type="hidden" name="{}" value="{}.{}">').format(FOR, person.id, signature)


def keep_unsent(request: Any) -> bool:
    """Keep the post of a browser whose session has ended, for an hour; whether it was kept."""
    owner = _drawn_for(request)
    if owner is None or request.headers.get("X-Form-Draft"):  # such a page still has what was typed
        return False
    secret = _in_transaction(request, lambda work: keep_post(work, owner, _filled(request, work)))
    if secret is not None:
        set_cookie(request, COOKIE, str(secret), round(LIFETIME.total_seconds()))
    return secret is not None


def claim_unsent(request: Any, work: UnitOfWork, person: Person) -> str | None:
    """The address of the form that this browser posted for a person who has just signed in; None where there is none.
    What belongs to another person stays as it is.
    """
    secret = get_cookie(request, COOKIE)
    draft = claim_post(work, person.id, secret[:100]) if secret else None
    if draft is None:
        return None
    set_cookie(request, COOKIE, "", 0)
    request.flash(say(request.language, "What you wrote before your session ended is here again. It is not sent yet."))
    return _address_of(request, draft)


def keep_own(request: Any) -> str | None:
    """Keep a post whose token is not valid any more, of the person who is signed in; the address of its form."""
    person, owner = request.identity.person, _drawn_for(request)
    if person is None or owner != person.id or request.headers.get("X-Form-Draft"):
        return None

    def keep(work: UnitOfWork) -> Draft | None:
        secret = keep_post(work, person.id, _filled(request, work))
        work.session.flush()
        return claim_post(work, person.id, secret) if secret else None

    draft = _in_transaction(request, keep)
    if draft is None:
        return None
    sentence = "This page had been open for too long, so nothing was sent. What you wrote is here: send it again."
    request.flash(say(request.language, sentence), "warning")
    return _address_of(request, draft)


def typed_before(request: Any) -> Draft | None:
    """What the reader posted from this page before (`?draft=`), to be shown again; None on any other page."""
    if request.method not in SAFE_METHODS or "draft=" not in request.query_string or request.identity.person is None:
        return None
    try:
        draft_id = request.GET.get("draft", "")
    except UnicodeDecodeError:
        return None
    draft = find_draft(request.work, request.identity.person.id, draft_id)
    return draft if draft is not None and draft.about == PAGE + request.path_info else None


def draft_field(request: Any) -> Markup:
    """The hidden control of a form that shows what was typed before: when it is sent, that is deleted."""
    typed = request.typed_before
    draft_id = typed.id if typed is not None else ""
    if request.method == "POST" and _is_kept(request):
        try:
            draft_id = request.POST.get("_draft", "")
        except (ValueError, LookupError, DeprecationWarning):  # as in `input_checks`: an error page for such a post
            draft_id = ""
    if not isinstance(draft_id, str) or not draft_id:
        return Markup("")
    return Markup('<input type="hidden" name="_draft" value="{}">').format(draft_id[:32])


def _is_kept(request: Any) -> bool:
    """Whether people write at length where the request leads."""
    route = request.registry.formengine_routes.get(getattr(request.matched_route, "name", None))
    return route is not None and route.kept


def _drawn_for(request: Any) -> str | None:
    """The person for whom the posted form was drawn; None where it is not one that is kept, or not ours."""
    value = request.POST.get(FOR, "") if request.method == "POST" and _is_kept(request) else ""
    person_id, _dot, signature = value.partition(".") if isinstance(value, str) else ("", "", "")
    try:
        is_ours = request.registry.platform.settings.secret.is_signed(_message(person_id), bytes.fromhex(signature))
    except (ValueError, binascii.Error):
        return None
    return person_id if person_id and is_ours else None


def _message(person_id: str) -> str:
    return f"form drawn for:{person_id}"


def _in_transaction(request: Any, operation: Any) -> Any:
    """Run an operation for nobody, in a transaction of its own: that of the page was rolled back."""
    platform = request.registry.platform
    try:
        with platform.database.transaction(LATE) as session:  # what was posted is read before the write lock
            return operation(UnitOfWork(platform, session, None, language=request.language))
    except DefinitionError:  # nothing was published
        return None


def _filled(request: Any, work: UnitOfWork) -> FilledForm:
    """What was posted, as a draft of the request form or of the page."""
    controls: dict[str, list[str]] = {}
    for name, value in request.POST.items():
        if isinstance(value, str) and name not in NEVER_KEPT:
            controls.setdefault(name, []).append(value.replace("\r\n", "\n"))
        elif getattr(value, "filename", None):
            controls.setdefault(FILES, []).append(str(value.filename)[:200])
    files = [file_id for name, ids in controls.items() if name.endswith("-f") for file_id in ids]
    form_hash, _space, language = (controls.get("_form") or [""])[0].partition(" ")
    about, title = _subject(request, work, controls)
    step = (controls.get("_step") or [""])[0]
    return FilledForm(
        about=about[:300],
        title=title,
        language=language[:5] or work.language,
        controls=controls,
        files=files[:200],
        form_hash=form_hash[:64],
        page=int(step) if step.isdecimal() and len(step) < 4 else 0,
        saved_by=(controls.get("nonce") or [""])[0],
    )


def _subject(request: Any, work: UnitOfWork, controls: dict[str, list[str]]) -> tuple[str, str]:
    """What a posted form is about, and its title; the address of its page is added to the controls."""
    type_id = request.matchdict.get("type")
    if type_id is not None:
        request_type = work.platform.definitions.site(work.session).request_types.get(type_id)
        return PREFIX + type_id, request_type.title_in(work.language) if request_type else type_id
    path = request.path_info
    if "GET" in request.registry.formengine_routes[request.matched_route.name].methods:
        address = request.path
    else:
        address = page_above(request) or request.path
        path = unquote(address.partition("?")[0]).removeprefix(request.script_name)
    controls[ADDRESS] = [address]
    reference = request.matchdict.get("reference")
    if reference is None:  # a request whose parts are being filled in has none yet
        return PAGE + path, say(work.language, "What you wrote in a part of a form")
    return PAGE + path, say(work.language, "What you wrote on {reference}", reference=reference)


def _address_of(request: Any, draft: Draft) -> str:
    """The page of a draft; it says there which files are to be chosen again."""
    names = draft.controls.get(FILES)
    if names:
        sentence = "Files were not kept. Choose them again: {names}"
        request.flash(say(request.language, sentence, names=", ".join(names[:20])), "warning")
    return address_of(request, draft)


def address_of(request: Any, draft: Draft) -> str:
    """The address at which a draft is shown on its form."""
    if draft.about.startswith(PREFIX):
        type_id = draft.about.removeprefix(PREFIX)
        return str(request.route_path("new_request", type=type_id, _query={"draft": draft.id}))
    address = (draft.controls.get(ADDRESS) or [draft.about.removeprefix(PAGE)])[0]
    return f"{address}{'&' if '?' in address else '?'}draft={draft.id}"


def includeme(config: Any) -> None:
    config.add_request_method(typed_before, "typed_before", reify=True)
