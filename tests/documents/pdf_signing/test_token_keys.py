"""Keys on a token (PKCS #11): SoftHSM signs, and the settings that name it wrongly say what to write."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from formengine.documents.pdf_signing import (
    Field,
    Signature,
    Stamp,
    key_on_token,
    lay_out,
    make_key,
    sign,
    verify,
)
from formengine.documents.pdf_signing.tasks import module_environment
from formengine.errors import DocumentRefused, SettingError
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.support.requirements import missing

MODULE: Final = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN: Final = "1234"
URI: Final = f"pkcs11:token=seal;object=signing?module-path={MODULE}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The certificate (PEM) of a key that is on a token of SoftHSM, and nowhere else."""
    if shutil.which("softhsm2-util") is None or not MODULE.exists():
        missing("SoftHSM")
    if find_spec("pkcs11") is None:
        missing("python-pkcs11 (formengine[pkcs11])")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    made = make_key("Acme", "acme.test", datetime.now(UTC))
    (folder / "key.pem").write_text(made.key)
    util = ["softhsm2-util", "--pin", PIN, "--label"]
    subprocess.run([*util, "seal", "--init-token", "--free", "--so-pin", PIN], check=True, capture_output=True)
    key = ["signing", "--id", "01", "--import", str(folder / "key.pem"), "--token", "seal"]
    subprocess.run([*util, *key], check=True, capture_output=True)
    _store_certificate(made.certificate)
    yield made.certificate
    del os.environ["SOFTHSM2_CONF"]


def _store_certificate(text: str) -> None:
    """In a process of its own: the module may be loaded once in each."""
    program = (
        "import sys; from asn1crypto import pem; import pkcs11;"
        "from pkcs11.util.x509 import decode_x509_certificate as decode;"
        "token = pkcs11.lib(sys.argv[1]).get_token(token_label='seal');"
        "session = token.open(user_pin='1234', rw=True);"
        "values = decode(pem.unarmor(sys.stdin.buffer.read())[2]);"
        "values |= {pkcs11.Attribute.LABEL: 'signing', pkcs11.Attribute.ID: b'\\1', pkcs11.Attribute.TOKEN: True};"
        "session.create_object(values)"
    )
    import sys

    arguments = [sys.executable, "-c", program, str(MODULE)]
    subprocess.run(arguments, input=text.encode(), check=True, capture_output=True)


def test_a_token_signs(certificate: str) -> None:
    """S4: by label and by id; the signature verifies by the certificate on the token, and the key is not with us."""
    for uri in (URI, f"pkcs11:token=seal;id=%01?module-path={MODULE}"):
        key = key_on_token(uri, PIN)
        assert (key.certificate.strip(), key.key) == (certificate.strip(), "")
        assert PIN not in repr(key)
        laid_out = lay_out(blank_pdf(), [Field("sign", "signature-1", 0, (50, 50, 250, 110))])
        signed = sign(laid_out, Signature("signature-1", "Bo Jansen", Stamp("Bo Jansen")), key)
        verified = verify(signed, [certificate])
        assert (verified.unchanged, [found.name for found in verified.signatures]) == (True, ["Bo Jansen"])


def test_a_token_that_fails_is_a_wrong_setting(certificate: str) -> None:
    """S4: a wrong PIN, a label that is not there and another token each say so; the PIN is not in the message."""
    for uri, pin in (
        (URI, "9999"),
        (URI.replace("object=signing", "object=other"), PIN),
        (URI.replace("token=seal", "token=other"), PIN),
        (URI.replace(str(MODULE), "/nowhere.so"), PIN),
    ):
        with pytest.raises(SettingError, match=r"formengine\.signing_key") as wrong:
            key_on_token(uri, pin)
        assert pin not in str(wrong.value).replace(uri, "")
    key = key_on_token(URI, PIN)
    broken = type(key)(key.key, key.certificate, key.issuers, key.token, "9999")
    laid_out = lay_out(blank_pdf(), [Field("sign", "signature-1", 0, (50, 50, 250, 110))])
    with pytest.raises(DocumentRefused, match="token cannot be opened"):
        sign(laid_out, Signature("signature-1", "Bo", Stamp("Bo")), broken)


@pytest.mark.parametrize(
    "uri",
    ["pkcs11:", "pkcs11:token=seal?module-path=/m.so", "pkcs11:object=a", "pkcs11:object=a;pin=1?module-path=/m.so"],
)
def test_a_uri_that_lacks_something_says_what_to_write(uri: str) -> None:
    """S4: module and object are named; a PIN has no place in a setting that is shown."""
    with pytest.raises(SettingError, match="for example pkcs11:token=seal"):
        key_on_token(uri, PIN)


def test_a_module_does_not_read_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """T15: the secrets of the portal are not in the environment of a manufacturer's module."""
    monkeypatch.setenv("FORMENGINE_SECRET", "secret")
    monkeypatch.setenv("SOFTHSM2_CONF", "/etc/softhsm2.conf")
    names = module_environment()
    assert "FORMENGINE_SECRET" not in names
    assert names["SOFTHSM2_CONF"] == "/etc/softhsm2.conf"
