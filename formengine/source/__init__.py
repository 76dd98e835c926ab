"""YAML with positions, and findings at a file, line and column."""

from formengine.source.did_you_mean import closest, did_you_mean, list_meant
from formengine.source.findings import Finding, Severity, has_errors, without_echoes
from formengine.source.number_meant import number_advice
from formengine.source.shown_value import shown
from formengine.source.yaml_reader import Document, Path, Plain, WrittenNumber, read_file, read_yaml

__all__ = [
    "Document",
    "Finding",
    "Path",
    "Plain",
    "Severity",
    "WrittenNumber",
    "closest",
    "did_you_mean",
    "has_errors",
    "list_meant",
    "number_advice",
    "read_file",
    "read_yaml",
    "shown",
    "without_echoes",
]
