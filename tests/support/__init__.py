"""What the tests of every layer share: databases, a platform, people, servers, a browser. See conftest.py."""
