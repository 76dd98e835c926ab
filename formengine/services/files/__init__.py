"""Uploads, and the integrity of stored files."""
