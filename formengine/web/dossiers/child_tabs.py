"""The tabs of a dossier's page that list its children: hearings and milestones in their own way (P18, P26, D8, D9)."""

from __future__ import annotations

from typing import Any

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.children import children, missing_children
from formengine.services.dossiers.hearings import hearing_list
from formengine.services.dossiers.milestones import milestone_plan
from formengine.storage.models.dossiers import Dossier


def child_tab_content(work: UnitOfWork, dossier: Dossier, kind: str) -> dict[str, Any]:
    """The variables of the tab of a kind of child."""
    content: dict[str, Any] = {"missing": missing_children(work, dossier, kind)}
    if kind == "hearing":
        return {**content, "hearings": hearing_list(work, dossier)}
    if kind == "milestone":
        return {**content, "plan": milestone_plan(work, dossier)}
    return {**content, "children": children(work, dossier, kind)}
