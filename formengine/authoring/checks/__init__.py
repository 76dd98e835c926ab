"""Checks of a whole site, as `formengine check` and publishing run them."""
