"""Related dossiers: searched, linked, shown on both sides to those who see them, unlinked (D11)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor, form_to


def related_to(browser: Visitor, reference: str) -> list[str]:
    """The references under *Related dossiers* on a dossier's overview."""
    page = browser.get(f"/dossiers/{reference}")
    part = page.html.find(attrs={"aria-labelledby": "related-title"})
    return [] if part is None else [a["href"].rpartition("/")[2] for a in part.select("li a")]


def choice(browser: Visitor, address: str, q: str) -> Any:
    """The form with the dossiers that a search finds."""
    forms = browser.get(address, {"q": q}).forms.values()
    return next(form for form in forms if form.action == address and form.method.upper() == "POST")


def link(browser: Visitor, reference: str, q: str, other: str) -> None:
    address = f"/dossiers/{reference}/related"
    form = choice(browser, address, q)
    form["other"] = other
    form.submit(status=303)


@pytest.fixture
def pair(opened: Opened) -> tuple[str, str]:
    """A contract and a question of Maya's."""
    return opened("nda", NDA), opened("legal_advice", ADVICE)


def test_a_link_is_shown_on_both_sides(signed_in: SignedIn, pair: tuple[str, str]) -> None:
    """D11: found by a word of the title, without JavaScript; again and removed; the history says so."""
    contract, question = pair
    paul = signed_in("paul")
    link(paul, contract, "lyon", question)
    for name in ("paul", "maya"):
        assert related_to(signed_in(name), contract) == [question]
        assert related_to(signed_in(name), question) == [contract]
    history = paul.get(f"/dossiers/{question}", {"tab": "history"}).text
    assert "A related dossier was linked" in history
    assert (
        question
        not in paul.get(f"/dossiers/{contract}/related", {"q": "lyon"})
        .html.find("main")
        .select_one("#search-title")
        .find_parent("section")
        .get_text()
    )
    removal = f"/dossiers/{question}/related/removal"
    form_to(paul.get(f"/dossiers/{question}/related"), removal).submit(status=303)
    assert related_to(paul, contract) == related_to(paul, question) == []


def test_a_reference_finds_its_dossier(signed_in: SignedIn, pair: tuple[str, str]) -> None:
    """D11: by the number that people write in letters."""
    contract, question = pair
    page = signed_in("paul").get(f"/dossiers/{contract}/related", {"q": question.lower()})
    assert [each["value"] for each in page.html.select("input[name=other][type=radio]")] == [question]
    nothing = signed_in("paul").get(f"/dossiers/{contract}/related", {"q": "zebra"})
    assert "No other dossier that you may see has “zebra” in it." in nothing.text


def test_nobody_learns_of_a_dossier_that_they_may_not_see(
    signed_in: SignedIn, pair: tuple[str, str], acting: Acting, people: People
) -> None:
    """D11, P28, U11: neither by the list, nor by the search, nor by a post; nor from the history."""
    contract, question = pair
    link(signed_in("paul"), contract, "lyon", question)
    with acting(people("ana")) as work:
        assignment.restrict(work, question, True)
    paul = signed_in("paul")
    assert related_to(paul, contract) == []
    address = f"/dossiers/{contract}/related"
    assert question not in paul.get(address, {"q": "lyon"}).html.find("main").get_text().replace("“lyon”", "")
    form = paul.get(address, {"q": "NDA"})
    token = form.html.find("input", attrs={"name": "csrf_token"})["value"]
    page = paul.post(address, {"csrf_token": token, "other": question}, status=422)
    assert f"There is no dossier {question} that you may see." in page.text
    assert question not in paul.get(f"/dossiers/{contract}", {"tab": "history"}).text


def test_only_the_legal_team_links(signed_in: SignedIn, pair: tuple[str, str]) -> None:
    """D11: a client reads links and makes none."""
    contract, _question = pair
    maya = signed_in("maya")
    assert "Link a dossier" not in maya.get(f"/dossiers/{contract}").text
    maya.get(f"/dossiers/{contract}/related", status=403)


def test_what_cannot_be_linked_is_said_at_the_control(signed_in: SignedIn, pair: tuple[str, str]) -> None:
    """D11: nothing chosen, the dossier itself."""
    contract, _question = pair
    paul = signed_in("paul")
    address = f"/dossiers/{contract}/related"
    page = choice(paul, address, "lyon").submit(status=422)
    assert page.html.select_one("#other")["aria-invalid"] == "true"
    assert "Choose a dossier first." in page.text
    form = choice(paul, address, "lyon")
    form["other"].force_value(contract)
    assert "A dossier is not related to itself." in form.submit(status=422).text


def test_a_request_that_a_step_opened_is_shown_on_both_sides(
    signed_in: SignedIn, pair: tuple[str, str], platform: Platform
) -> None:
    """D11: a child request, with what it has to do with this one."""
    contract, question = pair
    with platform.database.transaction() as session:
        parent = session.query(Dossier).filter_by(reference=contract).one()
        session.query(Dossier).filter_by(reference=question).one().parent_id = parent.id
    paul = signed_in("paul")
    assert related_to(paul, contract) == [question]
    assert "opened by a step of this one" in paul.get(f"/dossiers/{contract}").text
    assert "a step of it opened this one" in paul.get(f"/dossiers/{question}").text
    assert paul.get(f"/dossiers/{contract}/related").html.select("form[action$=removal]") == []
