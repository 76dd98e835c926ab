"""formengine: request forms from JSON Schema, dossiers driven by workflows, for legal teams.

How the parts hang together is drawn in docs/explanation/map.md.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
