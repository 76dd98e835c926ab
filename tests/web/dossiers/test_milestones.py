"""The pages of milestones: list, bars, a new one, changes by the client where the site allows them (P26, P27, D9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from tests.support.platforms import acting_on
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, form_to


def add_milestone(visitor: Visitor, reference: str, seen: str = "", status: int = 303, **values: str) -> Any:
    address = f"/dossiers/{reference}/children/milestone/new"
    form = visitor.form(address, address)
    for name, value in {"title": "Delivery", **values}.items():
        form[form.html.find(attrs={"data-pointer": f"/{name}"})["name"]] = value
    if seen:
        form["visible_to_client"] = seen
    return form.submit(status=status)


def test_a_client_adds_milestones_and_sees_those_made_visible(signed_in: SignedIn, opened: Opened) -> None:
    """P26, P27: the client is not asked who sees it; counsel is."""
    reference = opened("nda", NDA)
    maya, paul = signed_in("maya"), signed_in("paul")
    address = f"/dossiers/{reference}?tab=children-milestone"
    assert "You can add what you expect yourself." in maya.get(address).text
    assert maya.get(f"/dossiers/{reference}/children/milestone/new").html.select("[name=visible_to_client]") == []
    add_milestone(maya, reference, title="Kick-off")
    add_milestone(paul, reference, title="Hidden one", status=422)
    add_milestone(paul, reference, title="Hidden one", seen="no")
    assert "Kick-off" in paul.get(address).text
    assert "Hidden one" not in maya.get(address).text
    maya.get(f"/dossiers/{reference}/children/milestone/2", status=404)
    paul.form(address, f"/dossiers/{reference}/children/milestone/2/visibility").submit(status=303)
    assert "Hidden one" in maya.get(address).text
    assert "Made visible to the client" in paul.get(f"/dossiers/{reference}/children/milestone/2").text


def test_late_ones_are_marked_and_drawn(signed_in: SignedIn, opened: Opened) -> None:
    """D9: each bar has its text; what has ended is not late."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    add_milestone(paul, reference, seen="yes", title="Overdue", due="2026-01-31")
    add_milestone(paul, reference, seen="yes", title="Far", due="2036-01-31")
    page = paul.get(f"/dossiers/{reference}?tab=children-milestone")
    bars = [svg["aria-label"] for svg in page.html.select("svg.fe-bar")]
    assert bars == [
        "Overdue: 31 January 2026 to 31 January 2026, Open, late",
        *(bar for bar in bars if bar.startswith("Far: ") and bar.endswith(" to 31 January 2036, Open")),
    ]
    assert len(bars) == 2
    assert page.html.select(".fe-bar-overrun")
    step = f"/dossiers/{reference}/children/milestone/1/steps/complete"
    paul.form(step, step).submit(status=303)
    page = paul.get(f"/dossiers/{reference}?tab=children-milestone")
    assert page.html.select(".fe-bar-overrun") == []


def test_a_client_changes_own_milestones_where_the_site_says_so(
    signed_in: SignedIn, opened: Opened, platform: Platform, tmp_path: Path
) -> None:
    """D9: `milestones: {clients_change_own: true}`: own ones alone, until they have ended."""
    reference = opened("nda", NDA)
    maya, paul, cleo = signed_in("maya"), signed_in("paul"), signed_in("cleo")
    add_milestone(maya, reference, title="Mine")
    add_milestone(paul, reference, title="Theirs", seen="yes")
    mine, theirs = (f"/dossiers/{reference}/children/milestone/{n}/change" for n in (1, 2))
    maya.get(mine, status=404)
    allow_changes(platform)
    form = maya.form(mine, mine)
    form[form.html.find(attrs={"data-pointer": "/title"})["name"]] = "Mine, renamed"
    page = form.submit(status=303).follow()
    assert "Mine, renamed" in page.html.h1.text
    assert "Changed: Milestone 1 – Mine, renamed" in page.text
    maya.get(theirs, status=404)
    cleo.get(mine, status=404)
    step = f"/dossiers/{reference}/children/milestone/1/steps/complete"
    paul.form(step, step).submit(status=303)
    maya.get(mine, status=404)
    assert form_to(paul.get(mine), mine)  # the legal team notes payments later, too


def allow_changes(platform: Platform) -> None:
    bundle = Bundle.from_folder(Path(platform.settings.site))
    portal = bundle.files["config/portal.yaml"] + b"milestones: {clients_change_own: true}\n"
    with acting_on(platform, None) as work:
        publish(work, Bundle({**bundle.files, "config/portal.yaml": portal}), "clients change their milestones")
