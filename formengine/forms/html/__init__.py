"""Renders the node tree of a form as HTML."""
