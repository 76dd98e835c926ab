"""What an author wrote, and where: YAML read with positions, and the findings that point back into it."""

from formengine.source.findings import Finding

__all__ = ["Finding"]
