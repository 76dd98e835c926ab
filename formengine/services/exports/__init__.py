"""Exports of lists of dossiers to Excel and CSV (P14, D2)."""
