"""Attacks on a running portal: `production.ini` as docs/how-to/install.md says, behind a TLS proxy.

`python -m tests.attack` plays them all on SQLite, `--database postgresql` on a private cluster, `--only NAME` one
module. Each try is reported with what was expected and what came; the exit code is 1 when one was not held off. It
takes two to three minutes, so `make test` does not run it: what was ever found has a test under tests/web.
"""
