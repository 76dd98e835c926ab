"""Somebody's account is closed while they are asked."""

from __future__ import annotations

import pytest

from formengine.services.accounts import accounts
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import round_views as rounds
from tests.services.conftest import Case, MakeCase
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


def close(case: Case, name: str) -> None:
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.close_account(work, case.people(name).id)


def test_the_seat_of_a_closed_account_is_escalated(make_case: MakeCase) -> None:
    """W7: Di is gone; Ines gets the seat, which counts for the one that Di had, and the round can be decided."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    close(case, "di")
    assert case.seats == {"bo": "open", "di": "closed", "ines": "open"}
    case("bo", deciding.decide, "approve")
    case("ines", deciding.decide, "approve")
    assert case.dossier.state == "approval"
    assert case.whole()


def test_without_anybody_left_the_round_says_so(make_case: MakeCase) -> None:
    """W8: when both people who may sign have left, the round shows that nobody can decide, and the desk lists the
    dossier.
    """
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, deciding.decide, "approve")
    close(case, "di")
    shown = case.reads(lambda work, dossier: rounds.rounds(work, dossier)[0], "sam")
    assert (shown.nobody, shown.status) == (False, "open")
    close(case, "bo")
    shown = case.reads(lambda work, dossier: rounds.rounds(work, dossier)[0], "sam")
    assert (shown.nobody, shown.status) == (True, "open")
    assert case.state == "signing"


def test_the_seat_of_somebody_who_may_no_longer_decide_is_escalated(make_case: MakeCase) -> None:
    """P25, W7: Di becomes a client, and the round does not wait for her: it would wait for ever."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.change_role(work, case.people("bo").id, "counsel")
    assert case.seats == {"bo": "open", "di": "open"}
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.change_role(work, case.people("di").id, "client")
    assert case.seats == {"bo": "open", "di": "closed", "ines": "open"}
    case("bo", deciding.decide, "approve")
    case("ines", deciding.decide, "approve")
    assert case.whole()
