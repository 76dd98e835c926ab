"""Fixtures of every test: databases, a platform, people, a mail server, the application served, a browser.

What each is stands where it is made, in tests/support.
"""

pytest_plugins = [
    "tests.support.databases",
    "tests.support.platforms",
    "tests.support.people",
    "tests.support.smtp",
    "tests.support.serving",
    "tests.support.browsing",
]
