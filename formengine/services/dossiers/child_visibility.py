"""Which children of a dossier its reader sees: counsel all, clients what is shown to them and what is theirs, and
somebody who is in charge of a child, and no reader of the dossier, that child alone.
"""

from __future__ import annotations

from formengine.services.access.enforcement import has_permission, is_client_side
from formengine.services.case.repository import LoadedCase
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.children import handles_child
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import people_in_charge_of


def sees_child(loaded: LoadedCase, child: Child) -> bool:
    """Whether the actor sees a child: on the client's side, one that is shown to the client, or that the workflow has
    them handle (W10, P27); without reading the dossier, one that they are in charge of (W23).
    """
    actor, execution = loaded.work.actor_id or "", Execution(loaded.workflow, loaded.case, loaded.context)
    if not has_permission(loaded.work, "dossier.read", loaded.dossier):
        return actor in people_in_charge_of(execution, child)
    return not is_client_side(loaded.work) or child.visible_to_client or handles_child(execution, child, actor)
