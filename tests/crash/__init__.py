"""The crash run of docs/reference/threats.md: servers and workers killed at random while clients submit.

`python -m tests.crash` plays it in full; `tests/cli/test_sigkill.py` plays a short one.
"""
