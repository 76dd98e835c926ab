"""The home page of the legal team's side: the day of counsel, the team's load, what needs a hand, what can be read."""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request

from formengine.services.access.enforcement import has_permission, role_of
from formengine.services.approvals.round_views import seats_waiting_for_actor
from formengine.services.dossiers import agenda
from formengine.services.dossiers.admin_alerts import admin_alerts
from formengine.services.dossiers.waiting_children import children_waiting_for_actor
from formengine.services.intake.filling_views import waiting_parts
from formengine.web.portal.drafts import draft_views

DAY: Final = "formengine:web/templates/portal/home_day.jinja2"
SHOWN: Final = 12
"""How many dossiers each part of the day shows; the desk has all."""
READER: Final = "formengine:web/templates/portal/home_reader.jinja2"


def team_home(request: Request) -> dict[str, Any]:
    """The values of the home page of somebody on the legal team's side; chooses its template."""
    work = request.work
    if role_of(work.person) == "auditor":
        request.override_renderer = READER
        return {"counts": agenda.counts_by_kind(work), "moves": agenda.latest_moves(work)}
    request.override_renderer = DAY
    led = agenda.led_teams(work)
    return {
        "agenda": agenda.agenda(work),
        "late": agenda.late_counts(work),
        "shown": SHOWN,
        "most_read": agenda.MAX_READ,
        "waiting": seats_waiting_for_actor(work),
        "children": children_waiting_for_actor(work),
        "parts": waiting_parts(work),
        "drafts": draft_views(request),
        "loads": agenda.team_loads(work, led) if led else [],
        "alerts": admin_alerts(work) if has_permission(work, "people.manage") else None,
    }
