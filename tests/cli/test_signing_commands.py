"""`formengine certificate` and `formengine verify`."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from formengine.cli.context import open_platform
from formengine.documents.pdf_signing import Signature
from formengine.documents.pdf_signing.form_fields import lay_out
from formengine.documents.pdf_signing.signer import add_signature
from formengine.services.core.signing_certificates import signing_key
from formengine.storage.models.signed_copies import SignedHash
from tests.documents.pdf_signing.conftest import FIELDS, MOMENT, blank_pdf, stamp_of
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
    """S6: exit code 1 unless the file is ours, unchanged and complete; with `--json`, the members of the API."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(blank_pdf())
    assert "bears no signature of this site" in site_commands.run("verify", str(path), code=1)
    answer = json.loads(site_commands.run("verify", str(path), "--json", code=1))
    nothing = dict.fromkeys(("ours", "unchanged", "complete", "fuller_copy", "appended"), False)
    assert answer == {**nothing, "expected": 0, "signatures": []}


def test_verify_tells_what_is_not_complete(
    site_commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S6: a PDF that bears one of its two signatures is told from the one with both, with exit code 1."""
    for name, value in site_commands.environment.items():
        monkeypatch.setenv(name, value)
    path, at = tmp_path / "contract.pdf", MOMENT.isoformat()
    with open_platform(str(tmp_path / "development.ini")) as platform:
        key = signing_key(platform)
        first = add_signature(lay_out(blank_pdf(), FIELDS), Signature("first", "Ana Lund", stamp_of("Ana")), key)
        both = add_signature(first, Signature("second", "Bo Jansen", stamp_of("Bo")), key)
        kept = {"made_at": MOMENT, "expected": 2}
        with platform.database.transaction() as session:
            session.add(SignedHash(sha256=sha256(first).hexdigest(), signed_at=[at], superseded_at=MOMENT, **kept))
            session.add(SignedHash(sha256=sha256(both).hexdigest(), signed_at=[at, at], **kept))
    path.write_bytes(first)
    shown = site_commands.run("verify", str(path), code=1)
    assert "signed here, and NOT COMPLETE: 1 of 2 signatures; a fuller copy exists" in shown
    assert f"Ana Lund  signed {at}; sealed 2" in shown
    answer = json.loads(site_commands.run("verify", str(path), "--json", code=1))
    assert (answer["unchanged"], answer["complete"], answer["expected"], answer["fuller_copy"]) == (
        True,
        False,
        2,
        True,
    )
    path.write_bytes(both)
    assert "signed here and unchanged" in site_commands.run("verify", str(path))


def test_the_first_publication_makes_the_certificate(site_commands: Commands) -> None:
    """S4: printed with what it is, once; a later publication makes none."""
    first = site_commands.run("publish")
    assert "the certificate with which this portal signs PDFs was made" in first
    assert "not a qualified one" in first
    assert "certificate" not in site_commands.run("publish", "--message", "again")
    assert len(json.loads(site_commands.run("certificate", "--json"))["items"]) == 1
