"""The work on signed PDFs as tasks for the sandboxed process (`documents.sandbox`): plain data in, plain data out."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from formengine.documents.pdf_signing.model import (
    Field,
    FoundSignature,
    Signature,
    SigningKey,
    Stamp,
    TimeStamping,
    Verification,
)
from formengine.documents.pdf_signing.token_keys import certificates_on_token, parse_token_uri
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.errors import DocumentRefused, SettingError

MODULE: Final = __name__
VERIFYING: Final = SandboxLimits(seconds=15, megabytes=768)
"""What a check may use, which anybody may ask for."""
SIGNING: Final = SandboxLimits(seconds=60, megabytes=1536)


def marks_of(pdf: bytes) -> tuple[int, dict[str, tuple[int, float, float]]]:
    """The number of pages, and the named destinations of a PDF as (page, x, y).

    Raises DocumentRefused for a PDF that cannot be read, and DocumentTooHeavy.
    """
    pages, named = json.loads(run_in_sandbox(MODULE, {"task": "marks"}, pdf, SIGNING))
    return pages, {name: (page, x, y) for name, (page, x, y) in named.items()}


def lay_out(pdf: bytes, fields: Sequence[Field], more: bytes | None = None) -> bytes:
    """The PDF, with the pages of `more` after its own, and with empty fields. Raises as `marks_of`."""
    facts = {
        "task": "lay_out",
        "fields": [asdict(field) for field in fields],
        "more": base64.b64encode(more).decode() if more is not None else None,
    }
    return run_in_sandbox(MODULE, facts, pdf, SIGNING)


def field_place(pdf: bytes, name: str) -> tuple[int, tuple[float, ...], tuple[float, float]]:
    """The page of a signature field (from 0), its box (left, bottom, right, top), and the page's width and height, in
    points. Raises as `marks_of`, also where there is no such field.
    """
    page, box, (width, height) = json.loads(run_in_sandbox(MODULE, {"task": "field_place", "name": name}, pdf, SIGNING))
    return page, tuple(box), (width, height)


def is_signed(pdf: bytes) -> bool:
    """Whether a PDF bears a signature, whoever made it. Raises as `marks_of`."""
    return bool(json.loads(run_in_sandbox(MODULE, {"task": "is_signed"}, pdf, VERIFYING)))


def sign(pdf: bytes, signature: Signature, key: SigningKey, stamping: TimeStamping | None = None) -> bytes:
    """The PDF with one more signature. Raises as `marks_of`, and TimeStampFailed."""
    image = signature.stamp.image
    stamp = {
        "text": signature.stamp.text,
        "lines": list(signature.stamp.lines),
        "image": base64.b64encode(image).decode() if image is not None else None,
    }
    facts = {
        "task": "sign",
        "signature": {**asdict(signature), "stamp": stamp},
        "key": {**asdict(key), "issuers": list(key.issuers)},
        "stamping": {**asdict(stamping), "trusted": list(stamping.trusted)} if stamping else None,
    }
    return run_in_sandbox(MODULE, facts, pdf, SIGNING, module_environment() if key.token else None)


def key_on_token(uri: str, pin: str) -> SigningKey:
    """The key on a token that a `pkcs11:` URI names, with its certificate. Raises SettingError."""
    parse_token_uri(uri)
    facts = {"task": "certificates_on_token", "uri": uri, "pin": pin}
    try:
        texts = json.loads(run_in_sandbox(MODULE, facts, b"", SIGNING, module_environment()))
    except DocumentRefused as error:
        raise SettingError("formengine.signing_key", uri, str(error)) from None
    return SigningKey("", texts[0], texts[1:], uri, pin)


def module_environment() -> dict[str, str]:
    """What the module of a manufacturer may read of the environment: all but our settings and what changes Python."""
    hidden = ("FORMENGINE", "PYTHON", "LD_")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


def verify(pdf: bytes, certificates: Collection[str]) -> Verification:
    """What a file is, judged by our certificates (PEM); `Verification()` for what is no PDF at all.

    Raises DocumentTooHeavy.
    """
    if b"%PDF-" not in pdf[:1024] or not certificates:
        return Verification()
    facts = {"task": "verify", "certificates": list(certificates)}
    value = json.loads(run_in_sandbox(MODULE, facts, pdf, VERIFYING))
    signatures = tuple(FoundSignature(**signature) for signature in value.pop("signatures"))
    return Verification(**value, signatures=signatures)


def sandboxed_task(facts: Mapping[str, Any], document: bytes) -> bytes:
    """Run a task, in the sandboxed process."""
    from formengine.documents.pdf_signing import form_fields
    from formengine.documents.pdf_signing.signer import add_signature
    from formengine.documents.pdf_signing.verification import examine, has_signature

    if facts["task"] == "marks":
        return json.dumps(form_fields.marks(document)).encode()
    if facts["task"] == "certificates_on_token":
        return json.dumps(certificates_on_token(facts["uri"], facts["pin"])).encode()
    if facts["task"] == "is_signed":
        return json.dumps(has_signature(document)).encode()
    if facts["task"] == "field_place":
        return json.dumps(form_fields.field_place(document, facts["name"])).encode()
    if facts["task"] == "lay_out":
        if facts["more"] is not None:
            document = form_fields.append_pages(document, base64.b64decode(facts["more"]))
        return form_fields.lay_out(document, [Field(**{**f, "box": tuple(f["box"])}) for f in facts["fields"]])
    if facts["task"] == "verify":
        return json.dumps(asdict(examine(document, facts["certificates"]))).encode()
    values = dict(facts["signature"])
    stamp = dict(values.pop("stamp"))
    image = base64.b64decode(stamp["image"]) if stamp["image"] is not None else None
    signature = Signature(**values, stamp=Stamp(stamp["text"], stamp["lines"], image))
    stamping = TimeStamping(**facts["stamping"]) if facts["stamping"] else None
    return add_signature(document, signature, SigningKey(**facts["key"]), stamping)
