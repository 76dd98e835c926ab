"""What an author wrote, and where: YAML read with positions, and the findings that point back into it."""

from formengine.source.findings import Finding, Severity
from formengine.source.reading import Decimalish, Document, Path, Plain, read_yaml
from formengine.source.suggesting import did_you_mean

__all__ = ["Decimalish", "Document", "Finding", "Path", "Plain", "Severity", "did_you_mean", "read_yaml"]
