"""The history as its reader is shown it."""

from __future__ import annotations

import pytest

from formengine.services.approvals import decisions
from formengine.services.dossiers.history import HistoryItem, history_page
from tests.services.conftest import MakeCase
from tests.support.platforms import Acting


@pytest.mark.site("casework")
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_vote_that_ends_its_round_is_one_line(make_case: MakeCase, acting: Acting, newest_first: bool) -> None:
    """D3: with the state that it led to and all who were mailed; an entry with another filter is as it was."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for person, comment in (("bo", None), ("di", None), ("ines", "Good.")):
        case(person, decisions.decide, "approve", comment)

    def items(show: str = "") -> list[HistoryItem]:
        with acting(case.people("paul"), now=case.now) as work:
            page = history_page(work, case.row(work), show=show, newest_first=newest_first)
            return [item for day in page.days for item in day.items]

    (vote,) = (item for item in items() if item.entry.by_id == case.people("ines").id)
    assert (vote.entry.kind, vote.entry.comment) == ("decided", "Good.")
    assert vote.entry.before != vote.entry.after
    assert vote.mailed
    assert [(part.entry.kind, part.entry.number, part.may_mark) for part in vote.consequences] == [
        ("round_closed", vote.entry.number + 1, True),
        ("step", vote.entry.number + 2, True),
    ]
    assert "round_closed" in [item.entry.kind for item in items("decisions")]
