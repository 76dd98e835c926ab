"""Certificates and private keys for signatures: made, read from files, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from formengine.documents.pdf_signing.model import SigningKey
from formengine.errors import SettingError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

KEY_BITS: Final = 3072
"""Of an RSA key: NIST SP 800-57 part 1, table 2, for use beyond 2030."""
LIFETIME: Final = timedelta(days=3653)
"""How long a certificate of our own is valid."""
MAX_NAME: Final = 64
"""Characters of a common name (RFC 5280, ub-common-name)."""


@dataclass(frozen=True)
class CertificateText:
    """What people read of a certificate; `own` says that it vouches for itself, so no authority stands behind it."""

    subject: str
    issuer: str
    serial: str
    begins: datetime
    ends: datetime
    fingerprint: str
    own: bool


def make_key(name: str, host: str, now: datetime) -> SigningKey:
    """A new key with a certificate that it signs itself, for the portal called `name` on `host`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, _common_name(name, host)),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, (name or host)[:MAX_NAME]),
        ]
    )
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return SigningKey(_private_pem(key), certificate.public_bytes(serialization.Encoding.PEM).decode())


def _common_name(name: str, host: str) -> str:
    full = f"{name} ({host})" if name else host
    return full if len(full) <= MAX_NAME else host[:MAX_NAME]


def read_key_file(path: str, password: str) -> SigningKey:
    """The key of a file: PKCS #12 (`.p12`, `.pfx`), or PEM with the key, its certificate and those of its issuers.

    Raises SettingError for a file that cannot be read, a wrong password, and a certificate that may not sign documents.
    """
    try:
        data = Path(path).read_bytes()
        key, certificate, issuers = _from_pem(data, password) if b"-----BEGIN" in data else _from_p12(data, password)
    except (OSError, ValueError, TypeError) as error:
        problem = f"write the path of a PKCS #12 or PEM file with a key and its certificate ({error})"
        raise SettingError("formengine.signing_key", path, problem) from None
    _require_fit(path, key, certificate)
    return SigningKey(_private_pem(key), _pem(certificate), [_pem(issuer) for issuer in issuers])


def _from_p12(data: bytes, password: str) -> tuple[PrivateKeyTypes, Certificate, Sequence[Certificate]]:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    key, certificate, others = load_key_and_certificates(data, password.encode() or None)
    if key is None or certificate is None:
        raise ValueError("it has no key, or no certificate")
    return key, certificate, others


def _from_pem(data: bytes, password: str) -> tuple[PrivateKeyTypes, Certificate, Sequence[Certificate]]:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificates

    start = data.find(b"PRIVATE KEY-----")
    if start < 0:
        raise ValueError("it has no key")
    begin = data.rfind(b"-----BEGIN", 0, start)
    end = data.find(b"-----END", start)
    key = load_pem_private_key(data[begin : data.index(b"\n", end)] + b"\n", password.encode() or None)
    certificates = load_pem_x509_certificates(data)
    own = [certificate for certificate in certificates if certificate.public_key() == key.public_key()]
    if not own:
        raise ValueError("no certificate in it is of this key")
    return key, own[0], [certificate for certificate in certificates if certificate is not own[0]]


def _require_fit(path: str, key: PrivateKeyTypes, certificate: Certificate) -> None:
    """Raise SettingError for a certificate of another key, and for one whose key usage is not to sign documents."""
    from cryptography import x509

    if certificate.public_key() != key.public_key():
        raise SettingError("formengine.signing_key", path, "the certificate in it is of another key")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        problem = "name a certificate for signatures: the key usage of this one is another"
        raise SettingError("formengine.signing_key", path, problem)


def read_certificate(pem: str) -> CertificateText:
    """What people read of a certificate."""
    from cryptography.x509 import load_pem_x509_certificate

    certificate = load_pem_x509_certificate(pem.encode())
    return CertificateText(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        fingerprint=fingerprint(pem),
        own=certificate.subject == certificate.issuer,
    )


def fingerprint(pem: str) -> str:
    """The SHA-256 of a certificate, 64 hexadecimal digits."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem.encode()).fingerprint(SHA256()).hex()


def _private_pem(key: PrivateKeyTypes) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()
