"""Changes of who is asked in an open round, on a dossier's page (S9)."""

from __future__ import annotations

from functools import partial
from typing import Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.approvals import seat_changes
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.approvals import TAB, seat_controls, with_known_ids
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import posted_number, posted_text

NOT_YET: Final = "It was changed; they are asked once there is a clean version of the document."

NO_COPY_YET: Final = "They are in copy; the text is sent once there is a clean version of the document."


@view_config(route_name="dossier.seat_correction", renderer=TEMPLATE)
def correct(context: DossierContext, request: Request) -> PageOrRedirect:
    seat, name, email = posted_number(request, "seat"), posted_text(request, "name"), posted_text(request, "email")
    action = partial(seat_changes.correct_seat, request.work, context.dossier.reference, None, seat, name, email)
    controls = seat_controls(request, "name", "email")
    controls["person"] = controls["email"]
    flash = told(request, context, "It was corrected, and a new link was sent.", seat_id=seat)
    return act_on_tab(request, context.dossier, TAB, with_known_ids(request, action), flash, controls=controls)


@view_config(route_name="dossier.seat_replacement", renderer=TEMPLATE)
def replace(context: DossierContext, request: Request) -> PageOrRedirect:
    seat, name = posted_number(request, "seat"), posted_text(request, "name")
    person = posted_text(request, "person") or posted_text(request, "email")
    action = partial(seat_changes.replace_seat, request.work, context.dossier.reference, None, seat, person, name)
    errors, controls = nobody_named(request, person, f"other-{seat}"), person_controls(request, f"other-{seat}")
    return act_on_tab(
        request,
        context.dossier,
        TAB,
        with_known_ids(request, action),
        told(request, context, "Somebody else is asked now.", seat_id=seat),
        errors,
        controls=controls,
    )


@view_config(route_name="dossier.seat_removal", renderer=TEMPLATE)
def remove(context: DossierContext, request: Request) -> PageOrRedirect:
    seat = posted_number(request, "seat")
    action = partial(seat_changes.remove_seat, request.work, context.dossier.reference, None, seat)
    return act_on_tab(request, context.dossier, TAB, with_known_ids(request, action), "They are not asked any more.")


@view_config(route_name="dossier.seat_addition", renderer=TEMPLATE)
def add(context: DossierContext, request: Request) -> PageOrRedirect:
    round_, name = posted_number(request, "round"), posted_text(request, "name")
    person = posted_text(request, "person") or posted_text(request, "email")
    action = partial(seat_changes.add_seat, request.work, context.dossier.reference, round_, person, name)
    errors, controls = nobody_named(request, person, f"signer-{round_}"), person_controls(request, f"signer-{round_}")
    return act_on_tab(
        request,
        context.dossier,
        TAB,
        with_known_ids(request, action),
        told(request, context, "One more person is asked now.", round_id=round_),
        errors,
        controls=controls,
    )


@view_config(route_name="dossier.copy", renderer=TEMPLATE)
def add_copy(context: DossierContext, request: Request) -> PageOrRedirect:
    round_, email = posted_number(request, "round"), posted_text(request, "email")
    name = posted_text(request, "name")
    action = partial(seat_changes.add_copy, request.work, context.dossier.reference, round_, email, name)
    controls, flash = {"email": f"copy-{round_}", "name": f"copy-{round_}-name"}, "A copy was sent."
    return act_on_tab(
        request,
        context.dossier,
        TAB,
        with_known_ids(request, action),
        NO_COPY_YET if seat_changes.is_held(request.work, context.dossier, round_id=round_) else flash,
        controls=controls,
    )


def told(request: Request, context: DossierContext, flash: str, **target: int | None) -> str:
    """The sentence after a change of who is asked, of a round (`round_id`) or a seat (`seat_id`): another one where
    nobody is asked yet.
    """
    return NOT_YET if seat_changes.is_held(request.work, context.dossier, **target) else flash


def nobody_named(request: Request, person: str, control: str) -> list[PageError]:
    """The error of a form in which neither a person was chosen nor an address written: at the list of people, which
    posts `person`, or where `seat_person.jinja2` offers none at the address.
    """
    control = control if "person" in request.POST else f"{control}-email"
    return missing(say(request.work.language, "Choose a person first."), control, when=not person)


def person_controls(request: Request, control: str) -> dict[str, str]:
    """The controls of `seat_person.jinja2`, whose list of people has this id; where nobody was chosen in it, the person
    is whose address was written.
    """
    email = f"{control}-email"
    person = control if posted_text(request, "person") else email
    return {"person": person, "name": f"{control}-name", "email": email}
