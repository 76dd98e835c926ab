"""Who is in charge of a child reads that child and acts on it, by page and API, and nothing else of the dossier."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, select
from webtest import TestApp

from formengine.authoring import Bundle
from formengine.services.access.enforcement import has_permission
from formengine.services.accounts.accounts import close_account
from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import notes
from formengine.services.dossiers.children import all_children
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.timers import fire_timers
from formengine.services.dossiers.transitions import perform
from formengine.services.dossiers.waiting_children import children_waiting_for_actor
from formengine.services.notifications.mail_text import word_mail
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Involvement, Reader
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from tests.services.conftest import Case, MakeCase
from tests.services.dossiers.test_children_in_charge import WORKFLOW
from tests.support.concurrency import at_once
from tests.support.people import PASSWORD, People
from tests.support.platforms import SITES, acting_on
from tests.support.server import app_of
from tests.support.statements import recorded_statements
from tests.web.conftest import sign_in

pytestmark = pytest.mark.site("casework")
CANARY = "Osprey"
"""Part of every text of the dossier that is not the child's."""


@pytest.fixture
def plain(people: People) -> Person:
    """An account with no permission at all, which the dossier's child names."""
    return people.add("kim@staff.test")


@pytest.fixture(params=["", "sees: [lead]\n"], ids=["without sees", "sees leaves the role out"])
def case(
    request: pytest.FixtureRequest, platform: Platform, people: People, make_case: MakeCase, plain: Person
) -> Case:
    """A restricted dossier about Osprey, in which Kim is in charge of one child, and Di of another."""
    people.all()
    workflow = WORKFLOW.replace("roles:\n", request.param + "roles:\n", 1).replace(
        "who: [lead], requires: [areas]}", "who: [lead], requires: [areas], notify: [reviewer]}"
    )
    workflow = workflow.replace("lead: {team: contracts}", "lead: {team: contracts, one_person: true}")
    site = Bundle.from_folder(SITES / "casework")
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "workflows/deal/workflow.yaml": workflow.encode()}))
    made = make_case(by="maya", subject=f"Sale of {CANARY}", confidentiality="restricted")
    areas = [{"name": "Tax", "who": plain.id}, {"name": f"Pay of {CANARY}", "who": people("di").id}]
    made.step("paul", "begin", areas=areas)
    made("paul", notes.add_note, f"Keep {CANARY} secret", internal=False)
    with acting_on(platform, people("paul")) as work:
        row = made.row(work)
        row.title = f"The {CANARY} deal"
    made.step("paul", "list_again", areas=areas)
    return made


def visitor(case: Case, person: Person) -> TestApp:
    browser = TestApp(app_of(case.platform), extra_environ={"REMOTE_ADDR": "192.0.2.1"})
    sign_in(browser, person.email, PASSWORD)
    return browser


def step_of(page: Any) -> Any:
    """The form of the step on a page."""
    return page.forms[next(n for n, form in page.forms.items() if "steps/report" in form.action)]


def fill_finding(page: Any, form: Any) -> None:
    form[page.html.find(attrs={"data-pointer": "/finding"})["name"]] = "Clean"


def test_a_plain_client_sees_the_child_and_nothing_else(case: Case, plain: Person) -> None:
    """W23, U11: home, the child's page and its step, and 404 for each other page; Osprey is on none of them."""
    browser, dossier = visitor(case, plain), f"/dossiers/{case.reference}"
    home = browser.get("/")
    page = browser.get(home.html.find("a", href=re.compile("/children/area/1$"))["href"])
    assert page.html.select_one("h1").get_text() == "Tax"
    step = browser.get(page.html.find("a", href=re.compile("steps/report"))["href"])
    pages = [home, page, step, browser.get("/contracts"), browser.get(f"/contracts?q={CANARY}")]
    form = step_of(step)
    stale = form.submit(status=422)  # the finding is missing
    fill_finding(step, form)
    case.step("paul", "begin_again")  # the dossier moves on: what has changed is not told either
    changed = form.submit(status=409)
    for closed in ("", "?tab=notes", "?tab=children-area", "/answers", "/children/area/2", "/children/area/9"):
        browser.get(dossier + closed, status=404)
    browser.get(f"{dossier}/children/area/2/steps/report", status=404)
    browser.get(f"{dossier}/steps/withdraw", status=404)
    for shown in (*pages, stale, changed):
        without = shown.text.replace(f"q={CANARY}", "").replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "")
        assert CANARY not in without, shown.request.path
    step = browser.get(f"{dossier}/children/area/1/steps/report")
    form = step_of(step)
    fill_finding(step, form)
    done = form.submit(status=303).follow()
    assert done.request.path == f"{dossier}/children/area/1"
    assert "Clean" in done.text
    assert "There is nothing for you to do here now." in done.text
    assert CANARY not in done.text
    assert "Tax" not in browser.get("/").text


def test_the_api_shows_the_same_to_a_plain_client(case: Case, plain: Person) -> None:
    """W23, X5: its child and its steps; 404 for the dossier, and no list, search or file knows of it."""
    with acting_on(case.platform, plain) as work:
        token = create_token(work, plain, ["read", "submit", "work"])
    api = TestApp(app_of(case.platform), extra_environ={"REMOTE_ADDR": "192.0.2.1"})
    api.authorization = ("Bearer", token)
    base = f"/api/v1/dossiers/{case.reference}"
    for closed in ("", "/history", "/answers", "/notes", "/attachments", "/approvals", "/documents", "/transitions"):
        api.get(base + closed, status=404)
    api.get(f"{base}/documents/contract", status=404)
    api.get(f"{base}/children/area/2/transitions", status=404)
    assert api.get("/api/v1/dossiers").json["items"] == []
    assert api.get(f"/api/v1/dossiers?q={CANARY}").json["items"] == []
    children = api.get(f"{base}/children")
    assert [(child["kind"], child["number"]) for child in children.json["items"]] == [("area", 1)]
    steps = api.get(f"{base}/children/area/1/transitions")
    body = {"transition": "report", "fields": {"finding": "Clean"}}
    stale = api.post_json(f"{base}/children/area/1/transitions", body, headers={"If-Match": '"1"'}, status=409)
    api.post_json(f"{base}/notes", {"text": "Hello"}, status=404)
    api.post_json(f"{base}/children/area", {"fields": {"name": "More"}}, status=404)
    done = api.post_json(f"{base}/children/area/1/transitions", body, headers={"If-Match": steps.headers["ETag"]})
    assert [child["state"] for child in done.json["items"]] == ["done"]
    assert CANARY not in "".join(answer.text for answer in (children, steps, stale, done))


def test_mails_lead_to_the_child_and_name_it_alone(case: Case, plain: Person) -> None:
    """W23, N1: those about the child and those about the dossier that a role in `notify` gets; Osprey is in none."""
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.person_id == plain.id).order_by(Mail.id)).all()
        texts = ["\n".join(word_mail(case.platform, session, row)) for row in rows]
    assert len(texts) == 2  # the child was opened; the list was changed
    for words in texts:
        assert f"/dossiers/{case.reference}/children/area/1)" in words
        assert "Tax" in words
        assert CANARY not in words


def test_lists_searches_and_counts_know_nothing_of_it(case: Case, plain: Person) -> None:
    """W23: as the access table says, so do the queries."""
    with acting_on(case.platform, plain) as work:
        assert dossier_page(work, ListFilter()).items == []
        assert dossier_page(work, ListFilter(q=CANARY)).items == []
        assert [child.kind for child in all_children(work, case.row(work))] == ["area"]


def test_the_home_page_reads_children_in_one_statement(case: Case, plain: Person) -> None:
    """P7: however many cases there are."""
    with acting_on(case.platform, plain) as work:
        children_waiting_for_actor(work)
        with recorded_statements(case.platform.database) as recorder:
            waiting = children_waiting_for_actor(work)
    assert [child.name for child in waiting] == ["Tax"]
    assert len(recorder.statements) == 1


def test_a_child_whose_person_leaves_is_told_of_at_once(case: Case, plain: Person) -> None:
    """W23: whoever has taken the dossier hears it, deadline or not, and the history says so."""
    with acting_on(case.platform, case.people("sam")) as work:
        close_account(work, plain.id)
    entry = next(entry for entry in case.history() if entry.kind == "charge_lost")
    assert (entry.by, entry.payload["data"]["number"]) == (None, 1)
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "charge_lost")).all()
        told = [(row.to, "\n".join(word_mail(case.platform, session, row))) for row in rows]
    assert [to for to, _ in told] == ["paul@example.com"]
    assert "nobody is in charge of **Tax** on" in told[0][1]
    assert "/children/area/1)" in told[0][1]
    with acting_on(case.platform, case.people("paul")) as work:
        parts = work.session.scalars(select(Involvement.person_id).where(Involvement.part == "in_charge")).all()
    assert parts == [case.people("di").id]
    assert case.whole()


def test_children_of_a_dossier_that_has_ended_stay_as_they_are(case: Case, plain: Person) -> None:
    """W10: nobody takes their steps or adds any, the page says why, and the home page lists them no more."""
    case.step("maya", "withdraw")
    browser, page = visitor(case, plain), f"/dossiers/{case.reference}/children/area/1"
    assert "The dossier has ended: what was open in it stays as it is." in browser.get(page).text
    refused = browser.get(f"{page}/steps/report")
    assert "The dossier has ended" in refused.text
    assert "Tax" not in browser.get("/").text
    tab = visitor(case, case.people("paul")).get(f"/dossiers/{case.reference}?tab=children-area")
    assert "The dossier has ended: what was open in it stays as it is." in tab.text
    assert "/children/area/new" not in tab.text


def test_a_deadline_escalated_to_a_role_of_a_child_opens_that_child_alone(
    platform: Platform, people: People, make_case: MakeCase, plain: Person
) -> None:
    """W23, W9, U11: its people are told and read their child, from then on where they take none of its steps."""
    people.all()
    workflow = WORKFLOW.replace(
        "      due: {title", '      boss: {title: B, $ref: "formengine:person"}\n      due: {title'
    )
    workflow = workflow.replace("  reviewer: {field: reviewer}", "  reviewer: {field: reviewer}\n  boss: {field: boss}")
    workflow = workflow.replace("tell: [reviewer]}", "tell: [reviewer], then: {escalate_to: boss}}")
    workflow = workflow.replace(
        "reviewer: {from: item.who}, due", "reviewer: {from: item.who}, boss: {from: item.boss}, due"
    )
    workflow = workflow.replace("who: {title: Who", 'boss: {title: Boss, $ref: "formengine:person"}, who: {title: Who')
    site = Bundle.from_folder(SITES / "casework")
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "workflows/deal/workflow.yaml": workflow.encode()}))
    case = make_case(by="maya", subject=f"Sale of {CANARY}", confidentiality="restricted")
    di = people("di").id
    case.step(
        "paul", "begin", areas=[{"name": "Tax", "who": di, "boss": plain.id}, {"name": "IP", "who": di, "boss": di}]
    )
    with acting_on(platform, plain, now=case.now) as work:
        assert not has_permission(work, "dossier.read_children", case.row(work))
    case.later(days=20)
    case(None, fire_timers)
    with acting_on(platform, plain, now=case.now) as work:
        assert [child.values["name"] for child in all_children(work, case.row(work))] == ["Tax"]
        assert not has_permission(work, "dossier.read", case.row(work))
        told = work.session.scalars(select(Mail).where(Mail.to == plain.email, Mail.kind == "deadline_missed")).one()
    with platform.database.reading() as session:
        text = "\n".join(word_mail(platform, session, session.merge(told, load=False)))
    assert "/children/area/1" in text
    assert CANARY not in text
    assert case.whole()


def test_who_was_in_charge_before_gets_the_part_with_the_migration(case: Case, plain: Person) -> None:
    """W23, O3: of those who read a dossier by a role, the ones whom a child of it names."""
    migration = import_module("formengine.storage.migrations.versions.0012_people_in_charge_of_children")
    with acting_on(case.platform, None) as work:
        work.session.execute(delete(Involvement).where(Involvement.part == "in_charge"))
        for person in (plain, case.people("bo")):
            row = case.row(work)
            work.session.add(Reader(dossier_id=row.id, role="reviewer", source=f"person:{person.id}", kept_out=False))
        work.session.flush()
        with Operations.context(MigrationContext.configure(work.session.connection())):
            migration.upgrade()
        parts = select(Involvement.person_id).where(Involvement.part == "in_charge")
        assert work.session.scalars(parts).all() == [plain.id]


def test_who_was_in_charge_before_reads_the_child_alone_after_the_migration(case: Case, plain: Person) -> None:
    """W23, U11, O3: what an earlier version wrote of a child's role goes, in the rules and in lists; others stay."""
    migration = import_module("formengine.storage.migrations.versions.0014_readers_by_roles_of_children")
    with acting_on(case.platform, None) as work:
        row = case.row(work)
        before = row.engine_state["readers"]
        row.engine_state = {**row.engine_state, "readers": [*before, ["reviewer", [f"person:{plain.id}"], []]]}
        work.session.add(Reader(dossier_id=row.id, role="reviewer", source=f"person:{plain.id}", kept_out=False))
    with acting_on(case.platform, plain) as work:
        assert has_permission(work, "dossier.read", case.row(work))
    with (
        acting_on(case.platform, None) as work,
        Operations.context(MigrationContext.configure(work.session.connection())),
    ):
        migration.upgrade()
        migration.upgrade()
    with acting_on(case.platform, plain) as work:
        row = case.row(work)
        assert not has_permission(work, "dossier.read", row)
        assert has_permission(work, "dossier.read_children", row)
        assert row.engine_state["readers"] == before
        listed = set(work.session.scalars(select(Reader.role).where(Reader.dossier_id == row.id)).all())
        assert listed == {"lead"}
    assert case.whole()


def test_no_child_for_an_account_that_is_closed_at_once(
    platform: Platform, people: People, make_case: MakeCase
) -> None:
    """W23, T5: the step is refused, since nobody could act, or whoever is in charge of the dossier is told."""
    kim = people.add("kim@staff.test").id
    people.all()
    site = Bundle.from_folder(SITES / "casework")
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "workflows/deal/workflow.yaml": WORKFLOW.encode()}))
    made = make_case(by="maya")
    version = made.version

    def begin(work: UnitOfWork) -> None:
        perform(work, made.reference, "begin", version, {"areas": [{"name": "Tax", "who": kim}]})

    outcome = at_once(
        platform, (people("paul").id, begin), (people("sam").id, lambda work: close_account(work, kim) and None)
    )
    assert outcome[1] == ""
    opened, told = (made.kinds().count(kind) for kind in ("child_opened", "charge_lost"))
    assert (outcome[0], opened, told) in [("", 1, 1), ("Refused", 0, 0), ("Invalid", 0, 0), ("Stale", 0, 0)]
