"""Drafts of forms: kept, listed, carried to a newer form, expired."""
