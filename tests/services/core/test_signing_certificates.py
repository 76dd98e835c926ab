"""The certificate that signs PDFs: made once, renewed, sealed under the secret, or named by the settings (S4)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from formengine.documents.pdf_signing import SigningKey, make_key
from formengine.errors import SettingError
from formengine.services.core import signing_certificates as certificates
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.signed_copies import SigningCertificate
from tests.support.platforms import MakePlatform

pytestmark = pytest.mark.site("people")
OLD, NEW = "o" * 40, "n" * 40


def known(platform: Platform) -> list[str]:
    with platform.database.reading() as session:
        return certificates.known_certificates(session)


def test_the_site_makes_its_own_once_and_renews_it(platform: Platform) -> None:
    """S4: the first use makes it; another one signs after it was renewed, and the earlier one still verifies."""
    first = certificates.signing_key(platform)
    assert certificates.signing_key(platform) == first
    second = certificates.renew(platform)
    assert certificates.signing_key(platform) == second
    assert known(platform) == [second.certificate, first.certificate]
    with platform.database.reading() as session:
        shown = certificates.shown_certificates(session)
        kinds = list(session.scalars(select(HistoryEntry.kind).where(HistoryEntry.kind == "certificate_made")))
        sealed = [row.sealed_key or "" for row in session.scalars(select(SigningCertificate))]
    assert [(row.retired, row.from_settings, row.text.own) for row in shown] == [
        (False, False, True),
        (True, False, True),
    ]
    assert len(kinds) == 2
    assert not any("PRIVATE" in key for key in sealed)


def test_those_who_sign_first_at_the_same_time_use_one_key(platform: Platform) -> None:
    """S4: the second one to store a key finds that of the first; of two that are renewed at once, one signs."""
    together = Barrier(2)

    def at_once(make: Callable[[], SigningKey]) -> SigningKey:
        together.wait(30)
        return make()

    with ThreadPoolExecutor(2) as threads:
        keys = list(threads.map(at_once, [lambda: certificates.signing_key(platform)] * 2))
        assert keys[0] == keys[1]
        assert known(platform) == [keys[0].certificate]
        renewed = list(threads.map(at_once, [lambda: certificates.renew(platform)] * 2))
    assert certificates.signing_key(platform) in renewed
    with platform.database.reading() as session:
        retired = [row.retired for row in certificates.shown_certificates(session)]
    assert retired == [False, True, True]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_replaced_secret_opens_the_key_while_it_stands_behind(make_platform: MakePlatform) -> None:
    """S4: the key is sealed under the secret; without the one that sealed it, a sentence says what to do."""
    first = certificates.signing_key(make_platform(secret=OLD))
    assert certificates.signing_key(make_platform(secret=f"{NEW} {OLD}")) == first
    with pytest.raises(SettingError, match="certificate --renew"):
        certificates.signing_key(make_platform(secret=NEW))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_key_of_the_settings(make_platform: MakePlatform, tmp_path: Path) -> None:
    """S4: a PKCS #12 file and a PEM file with a certificate of one's own; what they sign is known as ours."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
    from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
    from cryptography.x509 import load_pem_x509_certificate

    made = make_key("Acme", "acme.test", datetime.now(UTC))
    private = load_pem_private_key(made.key.encode(), None)
    certificate = load_pem_x509_certificate(made.certificate.encode())
    p12, pem = tmp_path / "seal.p12", tmp_path / "seal.pem"
    p12.write_bytes(serialize_key_and_certificates(b"seal", private, certificate, None, BestAvailableEncryption(b"pw")))  # type: ignore[arg-type]
    pem.write_text(made.certificate + made.key)
    for settings in ({"signing_key": str(p12), "signing_password": "pw"}, {"signing_key": str(pem)}):
        platform = make_platform(**settings)
        assert certificates.signing_key(platform).certificate == made.certificate
        assert known(platform) == [made.certificate]
    with pytest.raises(SettingError, match="PKCS #12 or PEM"):
        certificates.signing_key(make_platform(signing_key=str(p12), signing_password="wrong"))
    with pytest.raises(SettingError, match="PKCS #12 or PEM"):
        certificates.signing_key(make_platform(signing_key=str(tmp_path / "nowhere")))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_time_stamps_are_set_up_by_the_settings(make_platform: MakePlatform, tmp_path: Path) -> None:
    """S4: a server alone gives B-T; with authorities, B-LT."""
    url = "https://tsa.example.com"
    assert certificates.time_stamping(make_platform()) is None
    stamping = certificates.time_stamping(make_platform(timestamp_url=url))
    assert stamping is not None
    assert (stamping.url, stamping.long_term) == (url, False)
    trust = tmp_path / "trust.pem"
    trust.write_text(make_key("A", "a.test", datetime.now(UTC)).certificate * 2)
    stamping = certificates.time_stamping(make_platform(timestamp_url=url, signing_trust=str(trust)))
    assert stamping is not None
    assert (stamping.long_term, len(stamping.trusted)) == (True, 2)
    trust.write_text("nothing")
    with pytest.raises(SettingError, match="PEM"):
        certificates.time_stamping(make_platform(timestamp_url=url, signing_trust=str(trust)))
