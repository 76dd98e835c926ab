"""What an author wrote, and where: YAML read with positions, and the findings that point back into it."""

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
