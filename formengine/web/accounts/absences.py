"""Out of office: from when to when, and who decides and signs meanwhile (U10)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.people import out_of_office
from formengine.services.people.lookup import person_name
from formengine.web.contexts import int_from_path
from formengine.web.post_data import FormValues, posted_field, posted_values
from formengine.workflow.definition.model import KINDS

ABSENCES = "formengine:web/templates/people/absences.jinja2"


@view_config(route_name="account_absences", request_method="GET", renderer=ABSENCES)
def absences(request: Any) -> Any:
    return _page(request, FormValues())


@view_config(route_name="account_absences", request_method="POST", renderer=ABSENCES)
def announce(request: Any) -> Any:
    starts, ends = _posted_day(request, "starts"), _posted_day(request, "ends")
    errors = {} if starts else {"starts": say(request.language, "Write the first day.")}
    errors |= {} if ends else {"ends": say(request.language, "Write the last day.")}
    delegate = posted_field(request, "delegate", 32)
    errors |= {} if delegate else {"delegate": say(request.language, "Choose a person.")}
    kinds = [kind for kind in request.POST.getall("kinds") if isinstance(kind, str)]
    errors |= {} if kinds else {"kinds": say(request.language, "Choose at least one kind of dossier.")}
    if starts is None or ends is None:
        return _page_with_errors(request, errors)
    begins, over = _start_of(request, starts), _start_of(request, ends + timedelta(days=1))
    if errors:
        period = out_of_office.period_errors(request.work, begins, over)
        return _page_with_errors(request, errors | ({"ends": " ".join(period)} if period else {}))
    try:
        out_of_office.announce_absence(request.work, delegate, begins, over, () if len(kinds) == len(KINDS) else kinds)
    except Refused as error:
        control = {"period": "ends", "person": "delegate"}.get(next(iter(error.inputs), ""), "kinds")
        return _page_with_errors(request, {control: " ".join(error.reasons)})
    request.flash(say(request.language, "Your absence was noted."))
    return HTTPSeeOther("/account/out-of-office")


@view_config(route_name="account_absence_end")
def end(request: Any) -> Any:
    out_of_office.end_absence(request.work, int_from_path(request, "absence"))
    request.flash(say(request.language, "The absence was ended: what is newly asked of you comes to you again."))
    return HTTPSeeOther("/account/out-of-office")


def _posted_day(request: Any, name: str) -> date | None:
    try:
        day = date.fromisoformat(posted_field(request, name, 10))
        return day if 2000 <= day.year < 9000 else None
    except ValueError:
        return None


def _start_of(request: Any, day: date) -> datetime:
    """The beginning of a day by the reader's clock."""
    return datetime.combine(day, time(), ZoneInfo(request.work.zone))


def _page_with_errors(request: Any, errors: dict[str, str]) -> dict[str, Any]:
    request.response.status_int = 422
    form = posted_values(request.POST)
    return _page(request, FormValues(form.values, errors, form.several))


def _page(request: Any, form: FormValues) -> dict[str, Any]:
    work = request.work
    rows = out_of_office.current_absences(work)
    moment = timedelta(seconds=1)
    return {
        "form": form,
        "absences": [
            (row, person_name(work, row.delegate_id), row.ends_at - moment, row.starts_at <= work.now) for row in rows
        ],
        "delegates": [(row.id, row.name) for row in out_of_office.possible_delegates(work)],
        "kinds": KINDS,
        "today": work.now.astimezone(ZoneInfo(work.zone)).date().isoformat(),
    }
