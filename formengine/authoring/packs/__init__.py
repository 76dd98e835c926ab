"""Packs: a workflow with the request types that use it, read from YAML."""
