"""Validation of answers, with messages in plain words."""
