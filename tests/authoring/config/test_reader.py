"""`config/`: the portal, teams, calendars and lists, read and judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formengine.authoring.config.lists import list_kinds
from formengine.authoring.config.portal import Drafts
from formengine.authoring.config.reader import Config, read_config
from tests.authoring.sites import PORTAL, TEAMS, codes


def read(**files: str) -> Config:
    named = {"config/portal.yaml": PORTAL, "config/teams.yaml": TEAMS}
    named |= {f"config/{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    return read_config({path: text.encode() for path, text in named.items()})


def test_a_whole_portal_is_read() -> None:
    portal = PORTAL + (
        "calendar: business\nhelp: legal@example.com\n"
        "sign_up: {mode: approval, approver: {team: advice}, domains: [example.com]}\n"
        "invitations: {expire_after: 2 weeks}\n"
        "drafts: {expire_after: 10 minutes, remind: 2 minutes}\n"
        'numbering: {matter: "M/{year}/{n:05}"}\n'
        "embed: {origins: [https://intranet.example.com]}\n"
    )
    config = read(portal=portal, calendars='business: {zone: Europe/Paris, country: FR, hours: "09:00-18:00"}\n')
    assert config.findings == []
    portal = config.portal
    assert (portal.title("fr"), portal.languages, portal.calendar) == ("Portail", ("en", "fr"), "business")
    assert portal.invitations_expire_after == timedelta(weeks=2)
    assert portal.drafts == Drafts(timedelta(minutes=10), timedelta(minutes=2))
    assert portal.numbering["matter"] == "M/{year}/{n:05}"
    assert portal.numbering["contract"] == "CTR-{year}-{n:04}"
    assert (portal.sign_up.mode, portal.sign_up.approver, portal.sign_up.domains) == (
        "approval", "team:advice", ("example.com",),
    )  # fmt: skip
    assert portal.embed_origins == ("https://intranet.example.com",)


@pytest.mark.parametrize(
    ("rule", "approver"),
    [
        ("{mode: approval, approver: {team: advice}}", "team:advice"),
        ("{mode: approval, approver: {person: Maya@Example.com}}", "person:maya@example.com"),
        ("{mode: open, approver: {team: advice}}", None),
        ("{mode: off}", None),
    ],
)
def test_who_lets_people_in(rule: str, approver: str | None) -> None:
    """U3: a team or a person; nobody where nothing needs an approval."""
    config = read(portal=PORTAL + f"sign_up: {rule}\n")
    assert config.findings == []
    assert config.portal.sign_up.approver == approver


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("languages: [en, xx]", "xx is not a language code"),
        ("zone: Europe/Pariss", 'did you mean "Europe/Paris"'),
        ("currency: EURO", "currency EURO"),
        ("calendar: busines", "calendar"),
        ("help: nobody", "neither an e-mail address"),
        ("sign_up: {mode: sometimes}", "known are approval, off, open"),
        ("sign_up: {mode: approval}", "approver is missing"),
        ("sign_up: {mode: open, domains: [example]}", "is not a domain"),
        ("sign_up: {mode: approval, approver: {team: advise}}", 'did you mean "advice"'),
        ("sign_up: {mode: approval, approver: {person: maya}}", "maya is not an e-mail address"),
        ("sign_up: {mode: approval, approver: {}}", "name one who lets people in"),
        (
            "sign_up: {mode: approval, approver: {team: advice, person: maya@example.com}}",
            "name one who lets people in",
        ),
        ("invitations: {expire_after: 3 months}", "hours, days or weeks"),
        ("invitations: {expire_after: soon}", "7 days"),
        ("drafts: {expire_after: 1 month}", "minutes, hours, days or weeks; write for example 30 days"),
        ("drafts: {expire_after: 0 days}", "no draft could be kept"),
        ("drafts: {expire_after: 3 days}", "write less than expire_after"),
        ("drafts: {remind: 5 days, expire_after: 5 days}", "write less than expire_after"),
        ("drafts: {keep: 5 days}", "keep is not a key here"),
        ("numbering: {matter: 'MAT-{n}'}", "{year}"),
        ("numbering: {matter: 'MAT-{year}-{n.__class__}'}", "{year}"),
        ("numbering: {mater: 'MAT-{year}-{n}'}", "not a kind of dossier"),
        ("numbering: {matter: 'X-{year}-{n}', contract: 'X-{year}-{n}'}", "same pattern"),
        ("embed: {origins: [intranet.example.com]}", "is not an origin"),
        ("files: {accepted: [pdf, wrod]}", 'did you mean "word"'),
        ("files: {accepted: []}", "names no type of file"),
        ("colour: red", "colour is not a key here"),
    ],
)
def test_what_is_wrong_in_the_portal_says_what_to_write(line: str, says: str) -> None:
    """A1: each mistake in `portal.yaml` gives a finding with its line and a sentence that says what to write."""
    text = (
        "\n".join(splitline for splitline in PORTAL.splitlines() if not splitline.startswith(line.partition(":")[0]))
        + f"\n{line}\n"
    )
    (finding,) = read(portal=text).findings
    assert says in finding.message
    assert finding.line == text.count("\n")


def test_teams_and_positions_are_addresses_in_small_letters() -> None:
    config = read(
        teams="teams: {advice: {members: [Ana@Example.com], manager: INES@example.com}}\n"
        "positions: {a: x@y.eu, b: [p@y.eu, q@y.eu]}\n"
    )
    assert config.findings == []
    assert config.teams["advice"].members == ("ana@example.com",)
    assert config.teams["advice"].manager == "ines@example.com"
    assert config.positions == {"a": ["x@y.eu"], "b": ["p@y.eu", "q@y.eu"]}


def test_positions_have_titles_by_language() -> None:
    """A1: a position without a title is called by its id; a title of no position, and a language that lacks, are
    findings.
    """
    teams = "teams: {}\npositions: {cfo: x@y.eu, data_officer: p@y.eu}\n"
    config = read(portal=PORTAL, teams=teams + "titles: {cfo: {en: Finance chief, fr: Directeur financier}}\n")
    assert config.findings == []
    assert config.position_titles["cfo"] == {"en": "Finance chief", "fr": "Directeur financier"}
    assert config.position_titles["data_officer"] == "Data officer"
    (finding,) = read(portal=PORTAL, teams=teams + "titles: {cfoo: Finance chief}\n").findings
    assert (finding.severity, finding.line) == ("error", 3)
    assert finding.message == 'there is no position `cfoo`; did you mean "cfo"?'


def test_a_team_without_members_or_addresses_is_a_finding() -> None:
    config = read(teams="teams: {Advice: {members: []}, other: {title: Other}, third: {members: [ana]}}\n")
    assert codes(sorted(config.findings)) == ["identifier", "nobody", "missing", "email"]


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        ("{country: ZZ, zone: Europe/Paris}", "unknown"),
        ("{zone: Mars/Base}", "unknown"),
        ("{country: FR}", "missing"),
        ('{zone: UTC, hours: "18:00-09:00"}', "hours"),
        ("{zone: UTC, days: [monday]}", "day"),
        ("{zone: UTC, closed: [2026-13-01]}", "date"),
        ("{zone: Europe/London, country: GB, region: WAL}", "region"),
        ("{zone: Europe/Paris, country: MC, region: 98}", "region"),
        ("{zone: UTC, region: ENG}", "region"),
        ("{zone: UTC, rolls: forwards}", "unknown"),
        ("[mon]", "kind"),
    ],
)
def test_mistakes_in_a_calendar_are_findings(calendar: str, code: str) -> None:
    """W9: a calendar that cannot count is refused before anything runs."""
    assert code in codes(read(calendars=f"business: {calendar}\n").findings)


def test_hours_and_dates_need_no_quotation_marks() -> None:
    """A2: `09:00-18:00` and `2026-12-24` are what they look like."""
    config = read(calendars="business: {zone: UTC, hours: 09:00-18:00, closed: [2026-12-24]}\n")
    assert config.findings == []
    assert config.calendars["business"]["hours"] == "09:00-18:00"


def test_a_list_becomes_a_field_kind_in_each_language() -> None:
    config = read(lists__countries="NO: {en: Norway, fr: Norvège}\nFR: France\n")
    assert config.findings == []
    assert list_kinds("fr", config.lists)["formengine:list/countries"] == {
        "oneOf": [{"const": "NO", "title": "Norvège"}, {"const": "FR", "title": "France"}]
    }


def test_a_missing_language_is_a_warning() -> None:
    (finding,) = read(lists__x="a: {en: A}\n").findings
    assert (finding.severity, finding.code) == ("warning", "missing-language")


def test_one_mistake_in_teams_is_told_once() -> None:
    """W13: causes first: what only follows from a file that cannot be read is hidden."""
    config = read(teams="teams: {a: {members: [x@y.eu]}, a: {members: []}}\n")
    assert config.raw_teams is None
    assert codes(config.findings) == ["duplicate-key"]


def test_files_that_nobody_reads_are_told() -> None:
    config = read_config(
        {"config/portal.yaml": PORTAL.encode(), "config/team.yaml": b"", "config/lists/My List.yaml": b""}
    )
    assert [(finding.severity, finding.code) for finding in sorted(config.findings)] == [
        ("error", "identifier"),
        ("error", "not-read"),
    ]
    assert "rename it to config/teams.yaml" in str(sorted(config.findings)[1])


def test_synonyms_are_groups_of_words() -> None:
    """P7: `config/synonyms.yaml`."""
    config = read(synonyms="- [bail, lease]\n- [rupture conventionnelle, dismissal]\n")
    assert config.findings == []
    assert config.synonyms == (("bail", "lease"), ("rupture conventionnelle", "dismissal"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bail: lease\n", "a list of lists"),
        ("- bail\n", "a list of two words or more"),
        ("- [bail]\n", "needs two words"),
        ("- [bail, Bail]\n", "stands here twice"),
        ("- [bail, lease]\n- [LEASE, rent]\n", "stands in group 1 too"),
        ("- [bail, '…']\n", "no letter"),
    ],
)
def test_a_mistake_in_synonyms_is_told(text: str, says: str) -> None:
    findings = read(synonyms=text).findings
    assert any(says in finding.message for finding in findings), findings
    assert all(finding.file == "config/synonyms.yaml" and finding.line for finding in findings)
