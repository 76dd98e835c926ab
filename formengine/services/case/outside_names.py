"""What people without an account are called on a dossier, as those who asked them have named them."""

from __future__ import annotations

from formengine.workflow.engine.case import Case


def outside_names(case: Case) -> dict[str, str]:
    """The names of addresses that stand in rounds, asked or in copy, by address; the newest round counts."""
    names: dict[str, str] = {}
    for round_ in case.rounds:
        names |= round_.copy_names
        names |= {seat.person: seat.name for seat in round_.seats if seat.name and "@" in seat.person}
    return names
