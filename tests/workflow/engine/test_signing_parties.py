"""Nobody signs for two parties, nor our own people for somebody outside (S9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from formengine.workflow import Simulation
from tests.workflow.builders import NOW, PEOPLE, Cast, refusal
from tests.workflow.engine.test_seat_changes import CY, NEW, asked, signing
from tests.workflow.engine.test_unsettled_parties import BUYER, SELLER, contract, name_seller, unsettled

CAST = Cast(PEOPLE, addresses={"ines@example.com": "ines", "ana@example.com": "ana", "rita@acme.example": "rita"})
CHANGES: list[Callable[[Simulation, str], None]] = [
    lambda sim, person: sim.correct_seat(CY, by="ana", email=person),
    lambda sim, person: sim.replace_seat(CY, person, by="ana"),
    lambda sim, person: sim.forward(by=CY, to=person, reason="She signs."),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("person", ["INES@example.com", "ana@example.com", "lea", "al", "bo"])
def test_our_own_people_do_not_sign_for_somebody_outside(
    change: Callable[[Simulation, str], None], person: str
) -> None:
    """S9, T15: our signatory, whoever acts, a legal admin, a colleague, the people of a team; nothing changes."""
    sim = signing(cast=CAST)
    (reason,) = refusal(lambda: change(sim, person))
    assert (
        "of our own people, and cannot sign as “outsider”" in reason
    ) or "for your side: name somebody else" in reason
    assert asked(sim) == [CY]


def test_a_wish_from_before_is_not_confirmed_either() -> None:
    """S9, T15: whoever was named has become one of our own people since."""
    sim = signing(cast=Cast(PEOPLE))
    sim.forward(by=CY, to="ines@example.com", reason="She signs.")
    sim.directory = CAST
    assert "one of our own people" in refusal(lambda: sim.confirm_forward(CY, by="ana"))[0]
    assert asked(sim) == [CY]


def test_an_account_of_the_other_party_signs() -> None:
    """S9: and so does any other address; who signed for the other party gets no seat of ours."""
    sim = signing(cast=CAST)
    sim.correct_seat(CY, by="ana", email="rita@acme.example")
    assert asked(sim) == ["rita"]
    sim.sign(by="rita")
    assert asked(sim) == ["ines"]
    assert "signs here in another role" in refusal(lambda: sim.replace_seat("ines", "rita", by="ana"))[0]
    assert "signs here in another role" in refusal(lambda: sim.add_seat("rita", by="ana"))[0]
    sim.replace_seat("ines", "vi", by="ana")
    assert asked(sim) == ["vi"]


def test_who_is_added_does_not_sign_for_the_other_party_too() -> None:
    """S9: now, or in a later step; an added signer of ours may be one whom the workflow names."""
    sim = signing(order="[[outsider], [chief], [finance]]", cast=CAST)
    sim.add_approver(NEW, 1, by="ana")
    sim.add_seat("ines", by="ana")
    assert asked(sim) == [CY, "ines"]
    assert "another role" in refusal(lambda: sim.replace_seat(CY, NEW, by="ana"))[0]
    assert "another role" in refusal(lambda: sim.add_approver(CY, 2, by="ana"))[0]


def test_one_person_in_two_of_our_roles_is_named_by_the_workflow() -> None:
    """S9: not by hand."""
    sim = signing(order="[[chief], [deputy]]", roles="deputy: {position: general_counsel}", cast=CAST)
    sim.sign(by="ines")
    assert asked(sim) == ["ines"]
    sim = signing(order="[[chief], [board]]", cast=CAST)
    assert "another role" in refusal(lambda: sim.replace_seat("ines", "vi", by="ana"))[0]


def test_an_entry_for_somebody_outside_takes_nobody_of_ours() -> None:
    """S9: where more of them may be added to a share of its people."""
    sim = signing(order="[[{role: outsider, need: majority}], [chief]]", cast=CAST)
    assert "one of our own people" in refusal(lambda: sim.add_seat("lea", by="ana"))[0]
    sim.add_seat(NEW, by="ana")
    assert asked(sim) == [CY, NEW]


def test_the_answers_do_not_name_our_signatory_as_the_other_party() -> None:
    """S9, T15: the step that opens the signatures says who, and what to do."""
    people = {"position:general_counsel": [CY]}
    assert refusal(lambda: signing(people=people)) == [
        f"{CY} signs for our own side and cannot sign as “outsider” too: name somebody of that party.",
        "No step in this state corrects it: unless a later one does, the request has to be made anew.",
    ]


def test_a_delegate_does_not_sign_for_both() -> None:
    """S9, U10: the seat of somebody absent stays theirs where the delegate has signed for somebody outside."""
    cast = Cast(PEOPLE, addresses=CAST.addresses, away={"ines": "rita"})
    sim = signing(cast=cast)
    sim.replace_seat(CY, "rita", by="ana")
    sim.sign(by="rita")
    assert asked(sim) == ["ines"]


def test_nobody_signs_as_an_opinion() -> None:
    """S9, W7: such a signature would come back to who asked for it; handed over, it is a signature in their place."""
    sim = signing(", may_delegate: true", order="[[chief]]", cast=CAST)
    assert "in an approval alone" in refusal(lambda: sim.delegate(by="ines", to="vi", returns=True))[0]
    assert asked(sim) == ["ines"]
    sim.delegate(by="ines", to="vi")
    sim.sign(by="vi")
    assert sim.state == "z"


def test_nobody_late_is_escalated_to_who_signs_for_us() -> None:
    """S9, W7: our signatory does not sign in the place of the other party as well."""
    sim = signing(", late: {after: 2 days, escalate_to: chief}", cast=CAST)
    sim.advance(NOW + timedelta(days=5))
    assert asked(sim) == [CY]


@pytest.mark.parametrize(("role", "person"), [("finance", "bo"), ("board", "vi")])
def test_none_of_ours_signs_for_the_other_party_when_it_is_late_or_away(role: str, person: str) -> None:
    """S9, T15, U10: neither to whom it is escalated, nor a delegate; who took such a seat before signs no more."""
    cast = Cast(PEOPLE, addresses=CAST.addresses, away={"rita": person})
    sim = signing(f", late: {{after: 2 days, escalate_to: {role}}}", cast=cast)
    sim.advance(NOW + timedelta(days=5))
    sim.correct_seat(CY, by="ana", email="rita@acme.example")
    assert asked(sim) == ["rita"]
    seat = sim.case.rounds[-1].seats[-1]
    seat.person, seat.on_behalf_of, seat.escalated = person, "rita", True
    assert "on our own side by now" in refusal(lambda: sim.sign(by=person))[0]


@pytest.mark.parametrize("address", [CY, "cy+deals@acme.example"])
def test_an_account_of_ours_that_is_made_later_does_not_sign(address: str) -> None:
    """S9, T15: judged again at the signature; whoever is in charge reads it, and asks somebody else."""
    sim = signing(cast=CAST)
    if address != CY:
        sim.correct_seat(CY, by="ana", email=address)
    sim.directory = Cast(PEOPLE, addresses={CY: "lea"})
    (reason,) = refusal(lambda: sim.sign(by=address))
    assert reason.startswith("You are on our own side by now, and cannot sign as “outsider”")
    (party,) = unsettled(sim)
    assert (party.role, party.asked, party.barred) == ("outsider", [address], True)
    sim.replace_seat(address, NEW, by="ana")
    assert unsettled(sim) == []
    sim.sign(by=NEW)
    assert asked(sim) == ["ines"]


@pytest.mark.parametrize("account", ["cleo", "ed"])
def test_the_answers_do_not_name_the_requester_as_the_other_party(account: str) -> None:
    """S9, T15: nor one of our auditors; the same as by hand."""
    people = {"auditor": ["ed"]}
    cast = Cast({**PEOPLE, **people}, addresses={CY: account})
    text = refusal(lambda: signing(cast=cast))[0]
    assert "is one of our own people, and cannot sign as “outsider”" in text


def test_the_answers_do_not_name_who_is_asked_already_as_another_party() -> None:
    """S9, T15: not even after they name somebody else for the first one."""
    sim = contract()
    name_seller(sim, SELLER)
    sim.do("send", by="ana")
    sim.case.answers["contact"] = {"name": "Bob", "email": "other@buyer.example"}
    (reason,) = refusal(lambda: name_seller(sim, BUYER.upper()))
    assert reason == (
        f"{BUYER.upper()} is asked to sign as “buyer”, or has signed: nobody signs for two parties. Name somebody else "
        "as “seller”."
    )
