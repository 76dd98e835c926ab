"""Mapped classes of all tables."""
