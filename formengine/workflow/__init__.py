"""Workflows: read from YAML, checked before anything runs, run by a pure engine in which time is an argument.

The names of this package are imported at their first use: the engine alone needs neither parser nor simulation.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from formengine.errors import Refused

if TYPE_CHECKING:
    from formengine.workflow.loader import load_workflow, parse_workflow
    from formengine.workflow.simulation import Child, Deadline, Mail, Seat, Simulation, Step

__all__ = ["Child", "Deadline", "Mail", "Refused", "Seat", "Simulation", "Step", "load_workflow", "parse_workflow"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'loader' if name.islower() else 'simulation'}"), name)
