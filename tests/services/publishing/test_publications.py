"""Publishing: what is published never changes, running dossiers stay on it, and nobody's work is overwritten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formengine.authoring import Bundle
from formengine.errors import NotFound, PublishRefused
from formengine.services.approvals import decisions as deciding
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import transitions as moving
from formengine.services.dossiers.answers import answers_html
from formengine.services.intake.submissions import submit
from formengine.services.publishing import publications as publishing
from formengine.source import Finding
from formengine.storage.models.publications import PackVersion, Publication
from tests.services.conftest import Case, MakeCase
from tests.support.people import People
from tests.support.platforms import SITES, acting_on

pytestmark = pytest.mark.site("casework")
BASE = Bundle.from_folder(SITES / "casework")
WORKFLOW = "workflows/deal/workflow.yaml"
FORM = "workflows/deal/requests/deal.yaml"


def with_changes(*changes: tuple[str, str, str]) -> Bundle:
    """The site with texts replaced: (file, what stands there, what is to stand there)."""
    files = {path: content.decode() for path, content in BASE.files.items()}
    for file, old, new in changes:
        assert old in files[file]
        files[file] = files[file].replace(old, new)
    return Bundle({path: text.encode() for path, text in files.items()})


Publishing = Callable[..., Publication]


@pytest.fixture
def publish(platform: Platform, people: People) -> Publishing:
    def act(bundle: Bundle, based_on: int | None = None) -> Publication:
        with acting_on(platform, people("sam")) as work:
            return publishing.publish(work, bundle, "changed", based_on)

    return act


NEW = with_changes(
    (WORKFLOW, "  watch: {", "  look: {"),
    (WORKFLOW, "need: 2}", "need: 3}"),
    (WORKFLOW, "    not_same_person_as: [requester]\n", ""),
    (WORKFLOW, "title: {en: Draft, fr: Brouillon}", "title: {en: Sketch, fr: Esquisse}"),
    (FORM, "title: {en: Subject, fr: Objet}", "title: {en: What it is about, fr: Sujet}"),
)


def test_a_running_dossier_stays_on_what_it_was_opened_on(make_case: MakeCase, publish: Publishing) -> None:
    """W12, T33: its workflow, its rounds, its form; new dossiers run on the new version; both go on side by side."""
    old = make_case(by="cleo")
    first = publishing.newest
    publish(NEW)
    new = make_case(by="cleo")
    assert old.dossier.pack_hash != new.dossier.pack_hash

    def buttons(case: Case) -> set[str]:
        return set(case.reads(moving.available_transitions, "paul"))

    assert ("watch" in buttons(old), "look" in buttons(old)) == (True, False)
    assert ("watch" in buttons(new), "look" in buttons(new)) == (False, True)
    for case, voters in ((old, {"bo", "di"}), (new, {"bo", "di", "cleo"})):
        case.step("paul", "ask", risk="low")
        assert set(case.seats) == voters
        for name in sorted(voters):
            case(name, deciding.decide, "approve")
        assert case.seats["ines"] == "open"
    assert "Subject" in old.reads(answers_html, "cleo")
    assert "What it is about" in new.reads(answers_html, "cleo")
    with old.platform.database.transaction() as session:
        numbers = {row.hash: row.number for row in session.query(PackVersion).filter_by(pack="deal")}
        assert first(session) is not None
    assert (numbers[old.dossier.pack_hash], numbers[new.dossier.pack_hash]) == (1, 2)


TABLE = "config/lists/chiefs.yaml"
TABLED = {
    **with_changes(
        (
            WORKFLOW,
            "chief: {position: general_counsel,",
            "chief: {lookup: chiefs, where: {risk: {from: risk}}, take: who,",
        ),
    ).files,
    TABLE: b"columns: [risk, who]\nrows: [[low, ines@example.com], [high, general_counsel]]\n",
}


def test_a_running_dossier_keeps_the_table_it_was_opened_on(make_case: MakeCase, publish: Publishing) -> None:
    """W12, W21: another row is for new dossiers alone."""
    publish(Bundle(TABLED))
    old = make_case(by="cleo")
    publish(Bundle({**TABLED, TABLE: TABLED[TABLE].replace(b"ines@", b"ana@")}))
    new = make_case(by="cleo")
    for case in (old, new):
        case.step("paul", "ask", risk="low")
        for name in ("bo", "di"):
            case(name, deciding.decide, "approve")
    assert (old.seats.get("ines"), old.seats.get("ana")) == ("open", None)
    assert (new.seats.get("ines"), new.seats.get("ana")) == (None, "open")


def test_people_of_tables_without_an_account_are_told(platform: Platform, people: People) -> None:
    """W13, W21: a warning at the cell, when the site is published."""
    told: list[Finding] = []
    files = {**TABLED, TABLE: TABLED[TABLE].replace(b"ines@", b"inez@")}
    with acting_on(platform, people("sam")) as work:
        publishing.publish(work, Bundle(files), "changed", on_warnings=told.extend)
    messages = [f"{finding.file}: {finding.message}" for finding in told if finding.code == "no-account"]
    assert f"{TABLE}: inez@example.com has no account; invite them, or mend the address" in messages


def test_a_pack_that_is_gone_runs_on_where_it_runs(make_case: MakeCase, publish: Publishing) -> None:
    """W12, T33: nothing new can be requested from it, and its open dossiers finish on the version they are pinned
    to.
    """
    case = make_case(by="cleo")
    publish(Bundle({path: c for path, c in BASE.files.items() if not path.startswith("workflows/deal/")}))
    with acting_on(case.platform, case.people("maya")) as work, pytest.raises(NotFound):
        submit(work, "deal", {"subject": "Too late"})
    case.step("paul", "pause")
    case.step("paul", "resume")
    case.step("paul", "finish")
    assert case.state == "done"
    assert "Subject" in case.reads(answers_html, "cleo")


def test_what_another_published_meanwhile_is_not_overwritten(platform: Platform, publish: Publishing) -> None:
    """W12, A5: a publication names what it was made on; the refusal names what changed in between."""
    with platform.database.transaction() as session:
        started = publishing.newest(session)
        assert started is not None
    publish(NEW, started.id)
    with pytest.raises(PublishRefused, match="changed " + FORM) as caught:
        publish(with_changes((WORKFLOW, "{en: Waiting,", "{en: On hold,")), started.id)
    assert WORKFLOW in caught.value.message
    with platform.database.transaction() as session:
        newest = publishing.newest(session)
        assert newest is not None
        assert newest.hash == NEW.hash


def test_a_site_with_errors_is_not_published(platform: Platform, publish: Publishing) -> None:
    """A5, W13: the findings come with the refusal; what is served stays."""
    with pytest.raises(PublishRefused) as caught:
        publish(with_changes((WORKFLOW, "to: waiting", "to: waitng")))
    assert [(finding.file, finding.code) for finding in caught.value.findings] == [(WORKFLOW, "unknown-state")]
    assert caught.value.findings[0].line > 1


def test_the_same_site_again_is_the_same_publication(platform: Platform, publish: Publishing) -> None:
    """A5: nothing new is stored, and versions are numbered by change, not by publishing."""
    assert publish(BASE).id == publish(BASE).id
    first = publish(NEW)
    again = publish(BASE)
    assert again.id > first.id

    def numbers(work: UnitOfWork) -> list[int]:
        return sorted(row.number for row in work.session.query(PackVersion).filter_by(pack="deal"))

    with acting_on(platform, None) as work:
        assert numbers(work) == [1, 2]


def test_people_of_teams_without_an_account_are_told(platform: Platform, people: People) -> None:
    """A5, W13: as warnings with their place, beside those of the site itself; the site is published all the same."""
    people.all()
    told: list[Finding] = []
    teams = "config/teams.yaml"
    bundle = with_changes(
        (teams, "di@example.com]}", "clo@example.com]}"),
        (FORM, "type: string, format: date", "type: string, default: soon, format: date"),
    )
    with acting_on(platform, people("sam")) as work:
        publishing.publish(work, bundle, "changed", on_warnings=told.extend)
    assert [f"{finding.file}: {finding.message}" for finding in told if finding.code == "no-account"] == [
        f"{teams}: clo@example.com has no account; invite them, or mend the address"
    ]
    assert {finding.file for finding in told} >= {teams, FORM}
    assert all(finding.severity == "warning" for finding in told)
