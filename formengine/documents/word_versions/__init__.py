"""Versions of a Word document: their text, what changed between two of them, and that as tracked changes."""
