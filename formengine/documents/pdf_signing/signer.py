"""One signature, appended to a PDF: PAdES B-B, or B-T, B-LT with a time stamp server (ETSI EN 319 142-1)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.pdf_signing.form_fields import fill_in, open_for_change
from formengine.documents.pdf_signing.model import Signature, SigningKey, TimeStamping
from formengine.documents.pdf_signing.pdf_entries import entry
from formengine.documents.pdf_signing.stamp import stamp_content
from formengine.errors import TimeStampFailed

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer, SimpleSigner

TSA_SECONDS: Final = 20


def add_signature(pdf: bytes, signature: Signature, key: SigningKey, stamping: TimeStamping | None = None) -> bytes:
    """The PDF with one more signature. The first one certifies it: only fields may be filled in from then on (DocMDP).

    Raises ValueError for a field that is signed already, TimeStampFailed, and what pyHanko raises where the PDF does
    not allow it.
    """
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.timestamps import TimestampRequestError

    writer = open_for_change(pdf)
    fields = {name: (value, reference) for name, value, reference in enumerate_sig_fields(writer.prev)}
    value, field = fields.get(signature.field, (None, None))
    if value is not None:
        raise ValueError(f"the field {signature.field} is signed already")
    fill_in(writer, signature.values)
    metadata = PdfSignatureMetadata(
        field_name=signature.field,
        md_algorithm="sha256",
        name=signature.name,
        reason=signature.reason or None,
        location=signature.location or None,
        subfilter=SigSeedSubFilter.PADES,
        certify=all(value is None for value, _reference in fields.values()),
        docmdp_permissions=MDPPerm.FILL_FORMS,
        **_long_term(stamping),
    )
    signer = PdfSigner(
        metadata,
        signer_of(key),
        timestamper=_time_stamper(stamping),
        stamp_style=_style(writer, signature, field),
    )
    stream = io.BytesIO()
    try:
        signer.sign_pdf(writer, output=stream)
    except TimestampRequestError as error:
        raise TimeStampFailed(str(error)) from error
    return stream.getvalue()


def signer_of(key: SigningKey) -> Signer:
    """The signer of a key, with its certificate and those of the issuers. Raises ValueError for a token that fails."""
    from formengine.documents.pdf_signing.token_keys import token_signer

    if key.token:
        issuers = [certificate_of(issuer) for issuer in key.issuers]
        return token_signer(key.token, key.pin, certificate_of(key.certificate), issuers)
    return simple_signer(key)


def simple_signer(key: SigningKey) -> SimpleSigner:
    """The signer of a key that is at hand."""
    from asn1crypto import keys, pem
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    for issuer in key.issuers:
        store.register(certificate_of(issuer))
    private = keys.PrivateKeyInfo.load(pem.unarmor(key.key.encode())[2])
    return SimpleSigner(certificate_of(key.certificate), private, store)


def certificate_of(text: str) -> Any:
    """A certificate (PEM) as pyHanko takes it."""
    from asn1crypto import pem, x509

    return x509.Certificate.load(pem.unarmor(text.encode())[2])


def _style(writer: Any, signature: Signature, field: Any) -> Any:
    """The look of the signature; nothing for a field without a box, or that is yet to be made."""
    from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
    from pyhanko.stamp import StaticStampStyle

    if field is None:
        return None
    field = field.get_object()
    left, bottom, right, top = (float(side) for side in entry(field, "/Rect") or (0, 0, 0, 0))
    if not (right - left and top - bottom):
        return None
    rule = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, Margins.uniform(0))
    drawn = stamp_content(writer, signature.stamp, right - left, top - bottom)
    return StaticStampStyle(border_width=0, background=drawn, background_layout=rule, background_opacity=1.0)


def _time_stamper(stamping: TimeStamping | None) -> Any:
    if stamping is None:
        return None
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    return RequestsHTTPTimeStamper(stamping.url, timeout=TSA_SECONDS)


def _long_term(stamping: TimeStamping | None) -> dict[str, Any]:
    """What PAdES B-LT needs: certificates and revocation data in the document, and a time stamp over them (B-LTA)."""
    if stamping is None or not stamping.long_term:
        return {}
    from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
    from pyhanko_certvalidator import ValidationContext

    # the time stamp comes last, so that nothing in the file is outside of what it covers
    settings = DSSContentSettings(
        include_vri=False, next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    )
    trusted = [certificate_of(text) for text in stamping.trusted]
    context = ValidationContext(trust_roots=trusted, allow_fetching=True, revocation_mode="hard-fail")
    return {
        "embed_validation_info": True,
        "use_pades_lta": True,
        "validation_context": context,
        "dss_settings": settings,
    }
