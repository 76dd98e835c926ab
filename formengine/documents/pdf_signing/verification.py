"""Whether a PDF bears signatures of ours, and whether anything in it changed since."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from typing import Any, Final

from formengine.documents.pdf_signing.model import FoundSignature, Verification
from formengine.documents.pdf_signing.signer import certificate_of

MAX_SIGNATURES: Final = 200
MAX_EARLIER: Final = 4
"""Earlier revisions of a damaged file that are tried."""
_PIECE: Final = 64
"""Hexadecimal digits of a public key by which a file that cannot be read any more is still known as ours."""
_NOT_HEX: Final = re.compile(rb"[\s]+")
_LINE_END: Final = re.compile(rb"\r?\n|\r")


def examine(pdf: bytes, certificates: Collection[str]) -> Verification:
    """What a file is, judged by our certificates (PEM); nothing is fetched, and no validity in time is asked: what was
    signed while a certificate was valid stays signed. Signature fields that are empty still are signatures to come.
    """
    ours = [certificate_of(text) for text in certificates]
    known = {certificate.sha256 for certificate in ours}
    signatures, empty, covered = _readable_signatures(pdf, known)
    is_ours = bool(signatures) or _bears_a_key(pdf, ours)
    intact = bool(signatures) and all(signature.intact for signature in signatures)
    unchanged = intact and covered
    expected = len(signatures) + empty if signatures else 0
    complete = unchanged and not empty
    return Verification(is_ours, unchanged, complete, tuple(signatures), expected, appended=intact and not covered)


def has_signature(pdf: bytes) -> bool:
    """Whether a PDF bears a signature or a time stamp, whoever made it. Raises what pyHanko does for a broken file."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    return any(True for _signature in PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures)


def _readable_signatures(pdf: bytes, known: Collection[bytes]) -> tuple[list[FoundSignature], int, bool]:
    """As `_signatures`; of a file whose end is damaged, those of the newest revision that can be read."""
    end = len(pdf)
    for _attempt in range(1 + MAX_EARLIER):
        try:
            signatures, empty, covered = _signatures(pdf[:end], known)
        except Exception:  # pyHanko and asn1crypto raise a great many on broken files, and each says the same here
            end = _end_of_revision(pdf, max(end - 5, 0))
            if end < 10:
                break
        else:
            return signatures, empty, covered and end == len(pdf)
    return [], 0, False


def _end_of_revision(pdf: bytes, before: int) -> int:
    """The end of the last revision whose `%%EOF` stands before a position; at most 5 where there is none. Its line end,
    which a signature covers, is included unless another revision follows.
    """
    end = pdf.rfind(b"%%EOF", 0, before) + 5
    line_end = _LINE_END.match(pdf, end)
    return line_end.end() if line_end is not None and pdf.find(b"startxref", end) < 0 else end


def _signatures(pdf: bytes, known: Collection[bytes]) -> tuple[list[FoundSignature], int, bool]:
    """The signatures by known certificates in their order, the number of signature fields that are empty, and whether
    the last signature, or a time stamp that was added with it, covers the whole file.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    embedded = reader.embedded_signatures
    if len(embedded) > MAX_SIGNATURES:
        raise ValueError("too many signatures")
    signed: list[FoundSignature] = []
    covered = False
    for signature in embedded:
        if signature.sig_object_type == "/DocTimeStamp":
            covered = covered or (bool(signed) and _stamp_covers_all(signature))
            continue
        if signature.signer_cert.sha256 not in known:
            continue
        intact, covers_all = _judge(signature)
        intact = intact and _is_exact(pdf, signature)
        covered = covered or covers_all
        name = str(signature.sig_object.get("/Name", ""))
        signed.append(FoundSignature(name, _moment(signature), intact))
    empty = sum(1 for _field in enumerate_sig_fields(reader, filled_status=False))
    return signed, empty, covered


def _judge(signature: Any) -> tuple[bool, bool]:
    """Whether what a signature covers is as it was signed, and nothing but what it allows came after; whether it covers
    the whole file.
    """
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    try:
        context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(signature, context, skip_diff=False)
    except Exception:  # a container that cannot be read: as changed as a hash that does not fit
        return False, False
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    kept = status.coverage is not None and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    return bool(status.intact and status.valid and kept and status.docmdp_ok), whole


def _is_exact(pdf: bytes, signature: Any) -> bool:
    """Whether the gap in what a signature covers holds its container alone, as it was written, and then zeros."""
    from asn1crypto import cms

    _start, before, after, _length = (int(number) for number in signature.byte_range)
    digits = pdf[before + 1 : after - 1]
    container = cms.ContentInfo.load(signature.pkcs7_content).dump().hex().upper().encode()
    return bool(digits == container.ljust(len(digits), b"0"))


def _stamp_covers_all(signature: Any) -> bool:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        signature.compute_integrity_info(skip_diff=True)
        imprint = signature.signed_data["encap_content_info"]["content"].parsed["message_imprint"]
        is_intact = imprint["hashed_message"].native == signature.compute_digest()
    except Exception:
        return False
    return bool(is_intact and signature.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def _moment(signature: Any) -> str | None:
    """The time of the time stamp, else the one that the signer states."""
    from pyhanko.sign.general import find_unique_cms_attribute

    try:
        token = find_unique_cms_attribute(signature.signer_info["unsigned_attrs"], "signature_time_stamp_token")
        at = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    except Exception:
        at = signature.self_reported_timestamp
    return at.isoformat() if at is not None else None


def _bears_a_key(pdf: bytes, certificates: Collection[Any]) -> bool:
    """Whether a piece of the public key of one of ours stands in the file, as signatures hold it: in hexadecimal."""
    text = _NOT_HEX.sub(b"", pdf).lower()
    for certificate in certificates:
        digits = certificate.public_key["public_key"].parsed.contents.hex().encode()
        pieces = [digits[start : start + _PIECE] for start in range(_PIECE, len(digits) - 2 * _PIECE + 1, _PIECE)]
        if any(piece in text for piece in pieces):
            return True
    return False
