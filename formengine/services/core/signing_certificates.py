"""The certificate that signs PDFs: the one that the settings name, or the site's own (S4).

A certificate of the site's own vouches for itself. It proves that a PDF was signed by this portal and is unchanged; who
signed is proved by the evidence that the portal keeps. That makes an electronic signature, not a qualified one
(regulation (EU) 910/2014, articles 3 and 26).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from formengine.documents.pdf_signing import (
    CertificateText,
    SigningKey,
    TimeStamping,
    fingerprint,
    key_on_token,
    make_key,
    read_certificate,
    read_key_file,
)
from formengine.errors import SettingError
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.signed_copies import SigningCertificate

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

PURPOSE: Final = "signing key"
"""What the key is derived for that seals private keys."""


@dataclass(frozen=True)
class ShownCertificate:
    """A certificate with what people read of it; `retired` says that another one signs by now, `from_settings` that
    its key is not the site's own.
    """

    text: CertificateText
    pem: str
    retired: bool
    from_settings: bool


def signing_key(platform: Platform) -> SigningKey:
    """The key that signs now; the site's own is made with its first use. Takes a short transaction of its own at most.

    Raises SettingError for a file of the settings that cannot be used, and where the secret that sealed the site's own
    key is no longer among its secrets.
    """
    settings = platform.settings
    if settings.signing_key:
        source, password = settings.signing_key, settings.signing_password
        key = key_on_token(source, password) if source.startswith("pkcs11:") else read_key_file(source, password)
        _remember(platform, key)
        return key
    with platform.database.reading() as session:
        row = _present(session)
    return _opened(platform, row) if row is not None else renew(platform, only_first=True)


def renew(platform: Platform, *, only_first: bool = False) -> SigningKey:
    """Make the site's own key anew: the present one is retired, and what it signed is verified as before.

    With `only_first`, nothing is made where there is one meanwhile. Raises as `signing_key`.
    """
    with platform.database.reading() as session:
        work = UnitOfWork(platform, session, None)
        portal = platform.definitions.site(session).portal
        name = portal.title(portal.languages[0])
    made = make_key(name, platform.settings.host_name, work.now)  # it takes a second: before the write lock
    made_fingerprint = fingerprint(made.certificate)
    sealed = _seal(platform).encrypt(made.key.encode()).decode()

    def store(work: UnitOfWork) -> SigningCertificate | None:
        """The key that another process made meanwhile, or None when the new one is stored."""
        lock_site_chain(work)  # of two processes that sign for the first time, the second finds the key of the first
        row = _present(work.session)
        if row is not None and only_first:
            return row
        own = SigningCertificate.sealed_key.is_not(None) & SigningCertificate.retired_at.is_(None)
        work.session.execute(update(SigningCertificate).where(own).values(retired_at=work.now))
        work.session.add(
            SigningCertificate(
                fingerprint=made_fingerprint,
                certificate=made.certificate,
                sealed_key=sealed,
                made_at=work.now,
            )
        )
        append_entry(work, "certificate_made", {"fingerprint": made_fingerprint}, nobody=True)
        return None

    earlier = run_in_transaction(platform, store)
    return _opened(platform, earlier) if earlier is not None else made


def known_certificates(session: Session) -> list[str]:
    """Every certificate (PEM) that PDFs of this site were signed with, the newest first."""
    return list(session.scalars(select(SigningCertificate.certificate).order_by(SigningCertificate.id.desc())))


def shown_certificates(session: Session) -> list[ShownCertificate]:
    """The certificates of the site, the newest first, as people read them."""
    rows = session.scalars(select(SigningCertificate).order_by(SigningCertificate.id.desc()))
    return [
        ShownCertificate(
            read_certificate(row.certificate), row.certificate, row.retired_at is not None, row.sealed_key is None
        )
        for row in rows
    ]


def time_stamping(platform: Platform) -> TimeStamping | None:
    """The time stamp server of the settings; None without one. Raises SettingError for a `signing_trust` without
    certificates.
    """
    settings = platform.settings
    if not settings.timestamp_url:
        return None
    if not settings.signing_trust:
        return TimeStamping(settings.timestamp_url)
    try:
        text = Path(settings.signing_trust).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise SettingError("formengine.signing_trust", settings.signing_trust, f"it cannot be read: {error}") from None
    end = "-----END CERTIFICATE-----"
    trusted = [f"{part}{end}\n".lstrip() for part in text.split(end)[:-1]]
    if not trusted:
        raise SettingError("formengine.signing_trust", settings.signing_trust, "write certificates into it, as PEM")
    return TimeStamping(settings.timestamp_url, long_term=True, trusted=trusted)


def _present(session: Session) -> SigningCertificate | None:
    own = SigningCertificate.sealed_key.is_not(None) & SigningCertificate.retired_at.is_(None)
    return session.scalar(select(SigningCertificate).where(own).order_by(SigningCertificate.id.desc()).limit(1))


def _opened(platform: Platform, row: SigningCertificate) -> SigningKey:
    from cryptography.fernet import InvalidToken

    try:
        key = _seal(platform).decrypt((row.sealed_key or "").encode()).decode()
    except InvalidToken:
        problem = "it sealed the key that signs PDFs: add it again behind the new one, or run `certificate --renew`"
        raise SettingError("formengine.secret", "…", f"an earlier secret is missing; {problem}") from None
    return SigningKey(key, row.certificate)


def _remember(platform: Platform, key: SigningKey) -> None:
    """Keep the certificate of a file of the settings, so that what it signs is known as ours."""
    digits = fingerprint(key.certificate)
    with platform.database.reading() as session:
        query = select(SigningCertificate.id).where(SigningCertificate.fingerprint == digits)
        is_known = session.scalar(query) is not None
    if not is_known:
        now = UnitOfWork(platform, session, None).now
        values = {"fingerprint": digits, "certificate": key.certificate, "made_at": now}
        with platform.database.transaction() as session:
            insert_if_absent(session, SigningCertificate, **values)


def _seal(platform: Platform) -> MultiFernet:
    """Encrypts private keys under the present secret, and decrypts what earlier ones sealed."""
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in platform.settings.secret.derive(PURPOSE)])
