"""YAML with positions, and findings at a file, line and column."""

from formengine.source.did_you_mean import closest, did_you_mean
from formengine.source.findings import Finding, Severity
from formengine.source.yaml_reader import Decimalish, Document, Path, Plain, read_file, read_yaml

__all__ = [
    "Decimalish",
    "Document",
    "Finding",
    "Path",
    "Plain",
    "Severity",
    "closest",
    "did_you_mean",
    "read_file",
    "read_yaml",
]
