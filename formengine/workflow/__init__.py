"""Workflows: read from YAML, checked before anything runs, run by a pure engine in which time is an argument."""

from formengine.errors import Refused
from formengine.workflow.loader import load_workflow, parse_workflow
from formengine.workflow.simulation import Child, Deadline, Mail, Seat, Simulation, Step

__all__ = ["Child", "Deadline", "Mail", "Refused", "Seat", "Simulation", "Step", "load_workflow", "parse_workflow"]
