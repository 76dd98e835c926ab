"""Request types on offer, and their compiled forms."""
