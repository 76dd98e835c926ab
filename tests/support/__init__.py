"""Fixtures shared by the tests of all layers: databases, a platform, people, servers, a browser. See conftest.py."""
