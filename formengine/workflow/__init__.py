"""Workflows: read from YAML, checked before anything runs, run by a pure engine in which time is an argument.

The names of this package are imported at their first use: the engine alone needs neither parser nor simulation.
"""

from typing import TYPE_CHECKING

from formengine.errors import Refused
from formengine.lazy_names import lazy_names

if TYPE_CHECKING:
    from formengine.workflow.loader import load_workflow, parse_workflow
    from formengine.workflow.simulated_values import Child, Deadline, Mail, Seat, Step
    from formengine.workflow.simulation import Simulation

__all__ = ["Child", "Deadline", "Mail", "Refused", "Seat", "Simulation", "Step", "load_workflow", "parse_workflow"]
_HOMES = {"load_workflow": "loader", "parse_workflow": "loader", "Simulation": "simulation", "Refused": "simulation"}
__getattr__ = lazy_names(__name__, {name: _HOMES.get(name, "simulated_values") for name in __all__})
