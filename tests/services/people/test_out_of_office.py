"""Out of office: what is newly asked goes to the delegate, the record says for whom, and it ends by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.services.accounts import accounts
from formengine.services.approvals import decisions as deciding
from formengine.services.core.unit_of_work import Platform
from formengine.services.notifications.mail_text import word_mail
from formengine.services.people import out_of_office as absences
from formengine.storage.models.mails import Mail
from tests.services.conftest import MONDAY, Case, MakeCase
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")
DAY = timedelta(days=1)


@pytest.fixture
def away(platform: Platform, people: People) -> Any:
    """`away("bo", "nora", from, to)` in days from Monday: Bo is out of office, Nora acts for him."""

    def announce(who: str, to: str, start: float = 0, end: float = 5, kinds: tuple[str, ...] = ()) -> int:
        people.all()
        with acting_on(platform, people(who), now=MONDAY) as work:
            first, last = MONDAY + start * DAY, MONDAY + end * DAY
            return absences.announce_absence(work, people(to).id, first, last, kinds).id

    return announce


def asked(make_case: MakeCase, by: str = "cleo", days: float = 0) -> Case:
    case = make_case(by=by)
    case.later(days=days)
    case.step("paul", "ask", risk="low")
    return case


def test_new_seats_go_to_the_delegate(make_case: MakeCase, away: Any) -> None:
    """U10: the seat is Nora's, record and mail say that she acts for Bo, and the signature after it is asked of her."""
    away("bo", "nora")
    case = asked(make_case)
    assert case.seats == {"nora": "open", "di": "open"}
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "approval_asked")).all()
        texts = {row.to: word_mail(case.platform, session, row)[1] for row in rows}
    told = {address for address, text in texts.items() if "You act for Bo Jansen." in text}
    assert (told, len(texts)) == ({case.people("nora").email}, 2)
    case("nora", deciding.decide, "approve")
    entry = next(e for e in case.history() if e.kind == "decided")
    assert (case.name(entry.by or ""), case.name(entry.on_behalf_of or "")) == ("nora", "bo")
    case("di", deciding.decide, "approve")
    case("ines", deciding.decide, "approve")
    assert case.seats == {"nora": "open", "di": "open"}
    case("nora", deciding.sign, "Nora Lindqvist", True)
    assert case.state == "done"
    signed = next(e for e in case.history() if e.kind == "signed")
    assert case.name(signed.on_behalf_of or "") == "bo"


@pytest.mark.parametrize(
    ("start", "end", "kinds", "seat"),
    [(0, 5, (), "nora"), (1, 5, (), "bo"), (-3, 0, (), "bo"), (0, 5, ("matter",), "bo"), (0, 5, ("contract",), "nora")],
)
def test_a_period_and_kinds_bound_it(
    make_case: MakeCase, away: Any, start: float, end: float, kinds: tuple[str, ...], seat: str
) -> None:
    """U10: before it, after it (it ends by itself), and on other kinds of dossier the seat is Bo's own."""
    if end == 0:
        end = 1  # it is announced while it runs, and over when the approval is asked
        away("bo", "nora", start, end, kinds)
        case = asked(make_case, days=1)
    else:
        away("bo", "nora", start, end, kinds)
        case = asked(make_case)
    assert set(case.seats) == {seat, "di"}


def test_open_seats_stay_during_an_absence(make_case: MakeCase, away: Any) -> None:
    """U10: only new seats go to the delegate, and none after the absence was ended early."""
    case = asked(make_case)
    ident = away("bo", "nora")
    assert set(case.seats) == {"bo", "di"}
    case.later(hours=1)
    with acting_on(case.platform, case.people("nora"), now=case.now) as work, pytest.raises(NotFound):
        absences.end_absence(work, ident)
    with acting_on(case.platform, case.people("bo"), now=case.now) as work:
        assert [absence.id for absence in absences.current_absences(work)] == [ident]
        absences.end_absence(work, ident)
        assert absences.current_absences(work) == []
    case("bo", deciding.decide, "reject", "Again, please.")
    case.step("paul", "ask", risk="high")
    assert set(case.seats) == {"bo", "di"}


def test_excluded_people_are_no_delegates(make_case: MakeCase, away: Any) -> None:
    """U10: a delegate who is excluded by four eyes, or has a seat already, does not stand in: the seat stays with the
    absent person.
    """
    away("bo", "cleo")
    away("di", "bo")
    case = asked(make_case)
    assert "cleo" not in case.seats
    assert set(case.seats) == {"bo", "di"}


def test_delegates_who_are_away_have_delegates_and_circles_end(make_case: MakeCase, away: Any) -> None:
    """U10."""
    away("bo", "nora")
    away("nora", "lena")
    assert set(asked(make_case).seats) == {"lena", "di"}
    away("lena", "bo")
    assert set(asked(make_case).seats) == {"bo", "di"}


def test_a_client_chooses_nobody_of_another_organisation(platform: Platform, people: People) -> None:
    """U9, P28: whatever is posted; neither as a delegate, nor told the name. Colleagues and the legal team are."""
    bo, di, nora = people.several("bo", "di", "nora")
    stranger = people.add("vera@globex.test", "collaborator", name="Vera Vance")
    homeless = people.add("cy@example.test", "collaborator", name="Cy Nobody")
    with acting_on(platform, bo, now=MONDAY) as work:
        for other in (stranger, homeless):
            with pytest.raises(Refused, match="of your organisation") as refused:
                absences.announce_absence(work, other.id, MONDAY, MONDAY + DAY)
            assert refused.value.inputs == ["person"]
            assert other.name not in str(refused.value)
        assert absences.announce_absence(work, di.id, MONDAY, MONDAY + DAY)
    with acting_on(platform, homeless, now=MONDAY) as work:
        with pytest.raises(Refused, match="of your organisation"):
            absences.announce_absence(work, stranger.id, MONDAY, MONDAY + DAY)
        assert absences.announce_absence(work, nora.id, MONDAY, MONDAY + DAY)


IMPOSSIBLE: list[tuple[str, float, float, tuple[str, ...], str]] = [
    ("maya", 0, 1, (), "permission"),
    ("theo", 0, 1, (), "permission"),
    ("bo", 0, 1, (), "somebody else"),
    ("nora", 1, 1, (), "end after"),
    ("nora", -2, -1, (), "over already"),
    ("nora", 0, 500, (), "a year"),
    ("nora", 0, 1, ("letter",), "no kind"),
]


def test_what_cannot_be_is_refused(away: Any) -> None:
    """U10."""
    for to, start, end, kinds, why in IMPOSSIBLE:
        with pytest.raises(Refused, match=why):
            away("bo", to, start, end, kinds)


def test_one_period_at_a_time_and_only_for_those_who_decide(away: Any, people: People, platform: Platform) -> None:
    """U10: of one kind; a client without the permission has nothing to hand over; closed accounts act for nobody."""
    away("bo", "nora", kinds=("contract",))
    away("bo", "lena", kinds=("matter",))
    with pytest.raises(Refused, match="out of office in this time already"):
        away("bo", "omar", 2, 9)
    with pytest.raises(Refused):
        away("maya", "nora")
    with acting_on(platform, people("sam"), now=MONDAY) as work:
        accounts.close_account(work, people("omar").id)
    with pytest.raises(Refused, match="active account"):
        away("di", "omar")
