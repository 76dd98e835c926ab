"""Builds the node tree of a form from a schema and data or a post."""
