"""Keys that stay in a hardware security module or on a smart card, reached by PKCS #11 and named by a URI (RFC 7512).

The module of the manufacturer is loaded in the sandboxed process alone, for one task each.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, unquote_to_bytes

from formengine.errors import SettingError

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

SCHEME: Final = "pkcs11:"
_PATH: Final = frozenset({"token", "serial", "object", "id"})
_QUERY: Final = frozenset({"module-path"})
EXAMPLE: Final = "pkcs11:token=seal;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so"


@dataclass(frozen=True)
class TokenUri:
    """Where a key is: the path of the module, the label or serial number of the token, and the label or id of the key,
    which its certificate has too.
    """

    module: str
    token: str | None = None
    serial: str | None = None
    label: str | None = None
    id: bytes | None = None


def parse_token_uri(uri: str) -> TokenUri:
    """Read a `pkcs11:` URI. Raises SettingError for one that lacks something, with an example.

    >>> parse_token_uri("pkcs11:token=A%20seal;object=signing?module-path=/m.so").token
    'A seal'
    """
    path, _question, query = uri.removeprefix(SCHEME).partition("?")
    pairs = [part.partition("=") for part in path.split(";") if part]
    values = {name: unquote(value) for name, _equals, value in pairs}
    asked = {name: texts[0] for name, texts in parse_qs(query).items()}
    unknown = sorted({*values} - _PATH | {*asked} - _QUERY)
    if unknown:
        raise SettingError("formengine.signing_key", uri, f"leave out {unknown[0]!r}; write for example {EXAMPLE}")
    if not asked.get("module-path") or not (values.get("object") or values.get("id")):
        raise SettingError("formengine.signing_key", uri, f"name the module and the object, for example {EXAMPLE}")
    raw = next((value for name, _equals, value in pairs if name == "id"), None)
    label, serial = values.get("object"), values.get("serial")
    return TokenUri(asked["module-path"], values.get("token"), serial, label, unquote_to_bytes(raw) if raw else None)


def certificates_on_token(uri: str, pin: str) -> list[str]:
    """The certificate (PEM) of the key, and after it the others on the token, which may be those of its issuers.

    For the sandboxed process. Raises ValueError for a token or a certificate that is not there, and a wrong PIN.
    """
    from asn1crypto import pem, x509
    from pkcs11 import Attribute, ObjectClass

    where = parse_token_uri(uri)
    session = _session(where, pin)
    own: list[str] = []
    others: list[str] = []
    for certificate in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        text = pem.armor("CERTIFICATE", x509.Certificate.load(certificate[Attribute.VALUE]).dump()).decode()
        (own if _is_of_key(certificate, where) else others).append(text)
    if not own:
        raise ValueError("the token has no certificate with this label or id")
    return [*own[:1], *others]


def _is_of_key(certificate: Any, where: TokenUri) -> bool:
    from pkcs11 import Attribute, PKCS11Error

    values = {}
    for name, attribute in (("label", Attribute.LABEL), ("id", Attribute.ID)):
        with suppress(PKCS11Error):
            values[name] = certificate[attribute]
    fits_label = where.label is None or values.get("label") == where.label
    return fits_label and (where.id is None or values.get("id") == where.id)


def token_signer(uri: str, pin: str, certificate: Any, issuers: Any) -> Signer:
    """A signer whose key stays on the token, for the sandboxed process. Raises as `certificates_on_token`."""
    from pyhanko.sign.pkcs11 import PKCS11Signer

    where = parse_token_uri(uri)
    return PKCS11Signer(
        _session(where, pin),
        signing_cert=certificate,
        ca_chain=list(issuers),
        key_label=where.label,
        key_id=where.id,
        other_certs_to_pull=(),
    )


def _session(where: TokenUri, pin: str) -> Any:
    try:
        from pkcs11 import PKCS11Error
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import open_pkcs11_session
    except ImportError:
        raise ValueError("install formengine[pkcs11]") from None
    serial = where.serial.encode() if where.serial else None
    try:
        return open_pkcs11_session(
            where.module, token_criteria=TokenCriteria(label=where.token, serial=serial), user_pin=pin or None
        )
    except (PKCS11Error, RuntimeError) as error:
        raise ValueError(f"the token cannot be opened: {type(error).__name__} {error}".strip()) from None
