"""`formengine certificate` and `formengine verify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.documents.pdf_signing.conftest import blank_pdf
from tests.support.server import Commands

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_certificate_says_what_it_is(site_commands: Commands) -> None:
    """S4: made where there is none, renewed on request, in plain words."""
    shown = site_commands.run("certificate")
    assert "(signs now)" in shown
    assert "not a qualified one" in shown
    renewed = json.loads(site_commands.run("certificate", "--renew", "--json"))["items"]
    assert [item["retired"] for item in renewed] == [False, True]
    assert renewed[1]["text"]["fingerprint"] in shown


def test_verify_tells_what_is_not_ours(site_commands: Commands, tmp_path: Path) -> None:
    """S6: exit code 1 unless the file is ours and unchanged; with `--json`, the members of the API."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(blank_pdf())
    assert "bears no signature of this site" in site_commands.run("verify", str(path), code=1)
    answer = json.loads(site_commands.run("verify", str(path), "--json", code=1))
    assert answer == {"ours": False, "unchanged": False, "signatures": []}


def test_the_first_publication_makes_the_certificate(site_commands: Commands) -> None:
    """S4: printed with what it is, once; a later publication makes none."""
    first = site_commands.run("publish")
    assert "the certificate with which this portal signs PDFs was made" in first
    assert "not a qualified one" in first
    assert "certificate" not in site_commands.run("publish", "--message", "again")
    assert len(json.loads(site_commands.run("certificate", "--json"))["items"]) == 1
