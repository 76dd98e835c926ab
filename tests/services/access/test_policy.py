"""The access table, cell by cell, as it was decided: a change of the table has to be a change here too."""

from __future__ import annotations

import itertools

import pytest

from formengine.services.access.policy import ROLES, RULES, DossierAccess, Viewer, is_permitted
from formengine.workflow.engine.readers import RoleReaders

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
    "by role": DossierAccess({"you"}, True, ORGANISATION, False, [RoleReaders("lead", frozenset({"team:mine"}))]),
    "kept out": DossierAccess(
        {"you"}, True, ORGANISATION, False, [RoleReaders("lead", frozenset({"team:mine"}), frozenset({"person:me"}))]
    ),
    "shared elsewhere": DossierAccess({"you"}, restricted=False, organisation=2, shared_with_organisation=True),
    "asked": DossierAccess({"you"}, True, ORGANISATION, False, asked={"me"}),
    "in charge": DossierAccess({"you"}, True, ORGANISATION, False, in_charge={"me"}),
    "own part": DossierAccess({"you"}, True, ORGANISATION, False, fillers={"team:mine"}),
}
CLIENTS, LEGAL, ALL = ("client", "collaborator"), ("counsel", "legal_admin"), tuple(ROLES)
OWN = ("own", "own restricted", "by role")
OPEN = (*OWN, "other", "shared", "shared elsewhere")
SOURCES = frozenset({"person:me", "team:mine"})
EVERY = tuple(SITUATIONS)


def cells(*rows: tuple[tuple[str, ...], tuple[str, ...]]) -> set[tuple[str, str]]:
    return {cell for roles, situations in rows for cell in itertools.product(roles, situations)}


ACT = cells((CLIENTS, OWN), (("counsel",), OPEN), (("legal_admin",), EVERY))
INTERNAL = cells((("counsel",), OPEN), (("legal_admin",), EVERY))
READERS = cells((("auditor",), EVERY))
ASKED = cells((ALL, ("asked",)))
"""W19: whoever is asked to acknowledge reads and acknowledges that, whatever their role."""
IN_CHARGE = cells(((*CLIENTS, *LEGAL), ("in charge",)))
"""W23: whoever is in charge of a child reads it and takes its steps, and nothing else of the dossier."""
FILLERS = cells(((*CLIENTS, *LEGAL), ("own part",)))
"""F20: whoever is asked to fill in a part of a request sees and sends that part."""
FOLLOWERS = cells((CLIENTS, ("own", "own restricted")), (("counsel",), OPEN), (("legal_admin",), EVERY))
ON_DOSSIERS = {
    "filling.read": FOLLOWERS | READERS,
    "filling.manage": FOLLOWERS,
    "filling.parts": FOLLOWERS | READERS | FILLERS,
    "part.fill": FILLERS,
    "dossier.read": ACT | READERS | cells((CLIENTS, ("shared",))),
    "dossier.read_rounds": ACT | READERS | cells((CLIENTS, ("shared",))) | ASKED,
    "dossier.acknowledge": ASKED,
    "dossier.vote": cells((("collaborator", *LEGAL), EVERY)) | ASKED,
    "dossier.read_children": ACT | READERS | cells((CLIENTS, ("shared",))) | IN_CHARGE,
    "dossier.act_in_children": ACT | IN_CHARGE,
    "dossier.read_internal": INTERNAL | READERS,
    "dossier.act": ACT,
    "dossier.note": ACT,
    "dossier.note_internal": INTERNAL,
    "dossier.attach": ACT,
    "dossier.add_version": ACT,
    "dossier.rate": cells(((*CLIENTS, *LEGAL), ("own", "own restricted"))),
    "dossier.share": INTERNAL,
    "dossier.relate": INTERNAL,
    "dossier.assign": INTERNAL,
    "dossier.decide": cells((("collaborator", *LEGAL), EVERY)),
}
WITHOUT = {
    "account.own": ALL,
    "catalogue.read": ALL,
    "request.submit": (*CLIENTS, *LEGAL),
    "absence.own": ("collaborator", *LEGAL),
    "draft.own": (*CLIENTS, *LEGAL),
    "desk.read": (*LEGAL, "auditor"),
    "people.manage": ("legal_admin",),
    "sign_ups.decide": ("legal_admin",),
    "mails.manage": ("legal_admin",),
    "site.publish": ("legal_admin",),
    "audit.read": ("legal_admin", "auditor"),
}


def test_every_permission_has_its_row_here() -> None:
    """U7: a permission that is added without one fails."""
    assert set(RULES) == set(ON_DOSSIERS) | set(WITHOUT)


@pytest.mark.parametrize("permission", sorted(ON_DOSSIERS))
def test_on_a_dossier(permission: str) -> None:
    """U7, U11, P25, P28: each role in each situation."""
    allowed = {
        (role, name)
        for role in ROLES
        for name, sight in SITUATIONS.items()
        if is_permitted(permission, Viewer("me", role, ORGANISATION, sources=SOURCES), sight)
    }
    assert allowed == ON_DOSSIERS[permission]


@pytest.mark.parametrize("permission", sorted(WITHOUT))
def test_on_nothing_in_particular(permission: str) -> None:
    """U7."""
    assert {role for role in ROLES if is_permitted(permission, Viewer("me", role, ORGANISATION))} == set(
        WITHOUT[permission]
    )


def test_the_auditor_changes_nothing() -> None:
    """U7: not even on a dossier that the auditor is named on; but for saying that they have read a notice (W19)."""
    changing = set(RULES) - {"account.own", "catalogue.read", "dossier.read", "dossier.read_internal", "desk.read"}
    for permission in changing - {
        "audit.read",
        "filling.read",
        "filling.parts",
        "dossier.read_rounds",
        "dossier.read_children",
        "dossier.acknowledge",
        "dossier.vote",
    }:
        assert not any(is_permitted(permission, Viewer("me", "auditor"), sight) for sight in SITUATIONS.values()), (
            permission
        )


def test_a_permission_that_nobody_knows_is_a_mistake_of_ours() -> None:
    """U7: never a silent yes."""
    with pytest.raises(KeyError):
        is_permitted("dossier.burn", Viewer("me", "legal_admin"))
