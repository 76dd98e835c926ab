"""Taking a dossier: one of a team has it (W3, D1)."""

from __future__ import annotations

from tests.workflow.builders import Cast, people_of, refusal, simulate

TEXT = """
starts_in: a
states: {a: {}, b: {}, z: {ends: true}}
transitions:
  go: {from: a, to: b, who: [drafter]}
  back: {from: b, to: a, who: [drafter, legal_admin]}
  mixed: {from: a, to: b, who: [legal_admin, drafter]}
  end: {from: any, to: z, who: [requester]}
"""


def test_a_member_takes_the_role_and_then_acts_alone() -> None:
    """W3: one_person."""
    sim = simulate(TEXT)
    assert sim.allowed("ana")["go"] == sim.allowed("al")["go"] == []
    sim.claim("drafter", by="ana")
    assert sim.allowed("ana")["go"] == []
    assert sim.allowed("al")["go"] == ["Only the drafter (ana) may do this."]
    assert sim.version == 2


def test_acting_first_takes_it() -> None:
    """W3: any member acting first claims it by acting."""
    sim = simulate(TEXT)
    sim.do("go", by="al")
    assert sim.case.claims == {"drafter": "al"}
    assert refusal(lambda: sim.do("back", by="ana")) == ["Only the drafter (al) or the legal admin may do this."]


def test_what_is_refused_takes_nothing() -> None:
    """W3, W11."""
    sim = simulate(TEXT.replace("go: {", "go: {requires_comment: true, "))
    refusal(lambda: sim.do("go", by="al"))
    assert sim.case.claims == {}


def test_acting_in_another_role_does_not_take_it() -> None:
    """W3: somebody with two of the roles acts in the first."""
    sim = simulate(TEXT, people={"legal_admin": ["ana"]})
    sim.do("mixed", by="ana")
    assert sim.case.claims == {}


def test_only_the_team_takes_and_only_once() -> None:
    """W5."""
    sim = simulate(TEXT)
    assert refusal(lambda: sim.claim("drafter", by="bo")) == ["Only somebody of the team (drafter) can take this."]
    assert "not for one person" in refusal(lambda: sim.claim("finance", by="bo"))[0]
    assert "not for one person" in refusal(lambda: sim.claim("nonsense", by="bo"))[0]
    sim.claim("drafter", by="ana")
    assert refusal(lambda: sim.claim("drafter", by="ana")) == ["You have taken this already."]
    assert refusal(lambda: sim.claim("drafter", by="al")) == ["ana has taken this already."]


def test_it_is_given_back_or_given_on() -> None:
    """D1: released by its holder; assigned by the team, counsel and legal admins."""
    sim = simulate(TEXT)
    assert refusal(lambda: sim.release(by="ana")) == ["You have not taken this."]
    sim.claim("drafter", by="ana")
    sim.release(by="ana")
    assert sim.case.claims == {}
    assert refusal(lambda: sim.assign("drafter", to="al", by="bo")) == ["Only the drafter may do this."]
    assert refusal(lambda: sim.assign("drafter", to="bo", by="lea")) == ["bo is not of the team."]
    sim.assign("drafter", to="al", by="lea")
    assert sim.case.claims == {"drafter": "al"}


def test_of_somebody_who_is_gone_it_may_be_taken() -> None:
    """W3: a closed account no longer holds a role."""
    sim = simulate(TEXT)
    sim.claim("drafter", by="ana")
    sim.directory = Cast(gone=["ana"])
    assert sim.allowed("al")["go"] == []
    sim.claim("drafter", by="al")
    assert sim.case.claims == {"drafter": "al"}


def test_the_dossiers_team_is_that_of_the_first_one_person_role() -> None:
    sim = simulate(TEXT, roles="second: {team: finance, one_person: true}")
    assert sim.workflow.team == "contracts"
    assert people_of(sim, "second") == ["bo", "di"]
