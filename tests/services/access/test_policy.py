"""The access table, cell by cell, as it was decided: a change of the table has to be a change here too."""

from __future__ import annotations

import itertools

import pytest

from formengine.services.access.policy import ROLES, RULES, DossierAccess, Viewer, is_permitted

ORGANISATION = 1
SITUATIONS = {
    "own": DossierAccess({"me"}, restricted=False, organisation=ORGANISATION, shared_with_organisation=False),
    "own restricted": DossierAccess({"me"}, restricted=True, organisation=ORGANISATION, shared_with_organisation=False),
    "other": DossierAccess({"you"}, restricted=False, organisation=ORGANISATION, shared_with_organisation=False),
    "restricted": DossierAccess({"you"}, restricted=True, organisation=ORGANISATION, shared_with_organisation=False),
    "shared": DossierAccess({"you"}, restricted=False, organisation=ORGANISATION, shared_with_organisation=True),
    "shared restricted": DossierAccess(
        {"you"}, restricted=True, organisation=ORGANISATION, shared_with_organisation=True
    ),
    "shared elsewhere": DossierAccess({"you"}, restricted=False, organisation=2, shared_with_organisation=True),
}
CLIENTS, LEGAL, ALL = ("client", "collaborator"), ("counsel", "legal_admin"), tuple(ROLES)
OWN, OPEN = ("own", "own restricted"), ("own", "own restricted", "other", "shared", "shared elsewhere")
EVERY = tuple(SITUATIONS)


def cells(*rows: tuple[tuple[str, ...], tuple[str, ...]]) -> set[tuple[str, str]]:
    return {cell for roles, situations in rows for cell in itertools.product(roles, situations)}


ACT = cells((CLIENTS, OWN), (("counsel",), OPEN), (("legal_admin",), EVERY))
INTERNAL = cells((("counsel",), OPEN), (("legal_admin",), EVERY))
READERS = cells((("auditor",), EVERY))
ON_DOSSIERS = {
    "dossier.read": ACT | READERS | cells((CLIENTS, ("shared",))),
    "dossier.read_internal": INTERNAL | READERS,
    "dossier.act": ACT,
    "dossier.note": ACT,
    "dossier.note_internal": INTERNAL,
    "dossier.attach": ACT,
    "dossier.add_version": ACT,
    "dossier.share": INTERNAL,
    "dossier.assign": INTERNAL,
    "dossier.decide": cells((("collaborator", *LEGAL), EVERY)),
}
WITHOUT = {
    "account.own": ALL,
    "catalogue.read": ALL,
    "request.submit": (*CLIENTS, *LEGAL),
    "absence.own": ("collaborator", *LEGAL),
    "desk.read": (*LEGAL, "auditor"),
    "people.manage": ("legal_admin",),
    "mails.manage": ("legal_admin",),
    "site.publish": ("legal_admin",),
    "audit.read": ("legal_admin", "auditor"),
}


def test_every_permission_has_its_row_here() -> None:
    """U7: a permission that is added without one fails."""
    assert set(RULES) == set(ON_DOSSIERS) | set(WITHOUT)


@pytest.mark.parametrize("permission", sorted(ON_DOSSIERS))
def test_on_a_dossier(permission: str) -> None:
    """U7, P25, P28: each role in each situation."""
    allowed = {
        (role, name)
        for role in ROLES
        for name, sight in SITUATIONS.items()
        if is_permitted(permission, Viewer("me", role, ORGANISATION), sight)
    }
    assert allowed == ON_DOSSIERS[permission]


@pytest.mark.parametrize("permission", sorted(WITHOUT))
def test_on_nothing_in_particular(permission: str) -> None:
    """U7."""
    assert {role for role in ROLES if is_permitted(permission, Viewer("me", role, ORGANISATION))} == set(
        WITHOUT[permission]
    )


def test_the_auditor_changes_nothing() -> None:
    """U7: not even on a dossier that the auditor is named on."""
    changing = set(RULES) - {"account.own", "catalogue.read", "dossier.read", "dossier.read_internal", "desk.read"}
    for permission in changing - {"audit.read"}:
        assert not any(is_permitted(permission, Viewer("me", "auditor"), sight) for sight in SITUATIONS.values()), (
            permission
        )


def test_a_permission_that_nobody_knows_is_a_mistake_of_ours() -> None:
    """U7: never a silent yes."""
    with pytest.raises(KeyError):
        is_permitted("dossier.burn", Viewer("me", "legal_admin"))
