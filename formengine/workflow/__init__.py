"""Workflows: read from YAML, checked before anything runs, run by a pure engine in which time is an argument.

The names of this package are imported at their first use: the engine alone needs neither parser nor simulation.
"""

from typing import TYPE_CHECKING

from formengine.errors import Refused
from formengine.lazy_names import lazy_names

if TYPE_CHECKING:
    from formengine.workflow.loader import load_workflow, parse_workflow
    from formengine.workflow.simulation import Child, Deadline, Mail, Seat, Simulation, Step

__all__ = ["Child", "Deadline", "Mail", "Refused", "Seat", "Simulation", "Step", "load_workflow", "parse_workflow"]
__getattr__ = lazy_names(
    __name__,
    {name: "loader" if name in ("load_workflow", "parse_workflow") else "simulation" for name in __all__},
)
