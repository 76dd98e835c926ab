"""Plugins: their directives, and the limits on calls of them."""
