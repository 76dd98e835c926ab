"""Signatures at a Documenso server: a document for each signer, the signed PDF and the audit log fetched as evidence.

Name it in the ini, with its settings (the secrets from the environment, as FORMENGINE_DOCUMENSO__TOKEN and
FORMENGINE_DOCUMENSO__WEBHOOK_SECRET):

    formengine.plugins = ./documenso
    formengine.documenso.url = https://sign.example.com

then in a workflow:

    signatures:
      execution: {provider: documenso, document: contract, order: [[signatory], [counterparty]]}

Each signer signs a counterpart: an envelope of their own with all documents of the round, known at the server by
`externalId`, so that a repeated call finds it again. Source: the API v2 and the webhooks of https://docs.documenso.com/docs/developers.
"""

import hmac
import json
import re
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import count
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from formengine.extend import DeliveryFailed, ProviderFile, Retry, SignatureReport

SETTINGS = {
    "type": "object",
    "required": ["url", "token"],
    "properties": {
        "url": {"type": "string", "pattern": "^https?://", "title": "The address of the server, without /api"},
        "token": {"type": "string", "minLength": 1, "writeOnly": True, "title": "The API token of a team"},
        "webhook_secret": {"type": "string", "writeOnly": True, "title": "The secret of the webhook; none: no webhook"},
        "site": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$", "default": "formengine"},
        "timeout": {"type": "integer", "minimum": 1, "maximum": 50, "default": 15},
    },
}
PARAMS = {
    "type": "object",
    "properties": {"message": {"type": "string", "maxLength": 2000, "title": "The text of the server's mail"}},
    "additionalProperties": False,
}
API = "/api/v2"
MAX_BYTES = 64 * 1024 * 1024
BUSY_SECONDS = 60
"""How long to wait after 429: the documentation says at least a minute."""


def includeme(config):
    """Declare the settings; register the provider."""
    settings = config.add_plugin_settings(SETTINGS)
    config.add_signature_provider("documenso", Documenso(settings), params=PARAMS)


class Documenso:
    """The provider: every seat has an envelope with one recipient."""

    title = "Documenso"
    several_documents = True
    takes_pdf = True

    def __init__(self, settings):
        self.settings = settings

    def start(self, round, seat):
        """Create the envelope unless it is there, and send it unless it was sent; one that was cancelled is past."""
        envelope = self._find(seat)
        if envelope is None or envelope["status"] == "CANCELLED":
            envelope = {"id": self._create(round, seat), "status": "DRAFT"}
        if envelope["status"] == "DRAFT":
            self._call("POST", "/envelope/distribute", {"envelopeId": envelope["id"]})

    def recall(self, seat):
        """Cancel the envelope while it is not signed; delete one that was not sent."""
        envelope = self._find(seat)
        if envelope is not None and envelope["status"] == "PENDING":
            self._call("POST", "/envelope/cancel", {"envelopeId": envelope["id"]})
        elif envelope is not None and envelope["status"] == "DRAFT":
            self._call("POST", "/envelope/delete", {"envelopeId": envelope["id"]})

    def status(self, seat):
        """How it stands; with the files once it is completed, which is after the server has sealed the PDF."""
        envelope = self._find(seat)
        if envelope is None:
            raise DeliveryFailed("the server does not know the request any more", permanent=True)
        signer = next(iter(envelope["recipients"]), {})
        if envelope["status"] == "COMPLETED":
            return SignatureReport("signed", files=self._files(envelope["id"], seat.documents))
        if envelope["status"] == "REJECTED" or signer.get("signingStatus") == "REJECTED":
            return SignatureReport("declined", reason=signer.get("rejectionReason") or "")
        if envelope["status"] == "CANCELLED":
            return "expired"
        return "asked"

    def webhook(self, headers, body):
        """The seats that an event of the server is about; None for one that does not bear the secret."""
        secret = (self.settings.webhook_secret or "").encode()
        given = headers.get("x-documenso-secret", "").encode()
        if not secret or not hmac.compare_digest(secret, given):
            return None
        try:
            name = json.loads(body)["payload"]["externalId"] or ""
        except (ValueError, KeyError, TypeError):
            return []
        match = re.fullmatch(re.escape(self.settings.site) + r"-seat-([0-9]{1,15})", str(name))
        return [int(match[1])] if match else []

    def _name(self, seat):
        return f"{self.settings.site}-seat-{seat.id}"

    def _find(self, seat):
        """The envelope of a seat, as the server shows it in full: one that was not cancelled, where there is one (a
        seat that was recalled may be asked again); None where there is none.
        """
        envelope = None
        for row in self._listed(seat):
            if row.get("externalId") == self._name(seat):
                envelope = self._call("GET", f"/envelope/{quote(row['id'], safe='')}")
                if envelope["status"] != "CANCELLED":
                    break
        return envelope

    def _listed(self, seat):
        """The envelopes that the server finds by the name of a seat, page by page: `seat-1` is in `seat-12` too."""
        for page in count(1):
            query = urlencode({"query": self._name(seat), "type": "DOCUMENT", "perPage": 100, "page": page})
            listed = self._call("GET", f"/envelope?{query}")
            yield from listed["data"]
            if page >= listed.get("totalPages", 1):
                return

    def _create(self, round, seat):
        pdfs = [document.pdf(seat) for document in round.documents]
        names = [f"{number} {document.title}.pdf" for number, document in enumerate(round.documents, 1)]
        fields = []
        for number, pdf in enumerate(pdfs):
            left, top, width, height = pdf.box
            box = {"positionX": left, "positionY": top, "width": width, "height": height}
            fields.append({"identifier": number, "type": "SIGNATURE", "page": pdf.page, **box})
        payload = {
            "type": "DOCUMENT",
            "title": f"{round.reference} {round.title}"[:255],
            "externalId": self._name(seat),
            "recipients": [{"email": seat.email, "name": seat.name[:255], "role": "SIGNER", "fields": fields}],
            "meta": {"language": round.language},
        }
        if round.options.get("message"):
            payload["meta"]["message"] = round.options["message"]
        files = list(zip(names, (pdf.content for pdf in pdfs), strict=True))
        body, content_type = multipart(payload, files)
        return self._call("POST", "/envelope/create", body, content_type)["id"]

    def _files(self, envelope_id, documents):
        """The signed PDFs, and the audit log; servers from before it could be had as PDF answer 404."""
        items = self._call("GET", f"/envelope/{quote(envelope_id, safe='')}")["envelopeItems"]
        items = sorted(items, key=lambda item: item["order"])
        names = documents if len(documents) > 1 else [""]
        if len(items) != len(names):
            raise DeliveryFailed(f"the envelope has {len(items)} documents, and not {len(names)}", permanent=True)
        files = []
        for item, name in zip(items, names, strict=True):
            path = f"/envelope/item/{quote(item['id'], safe='')}/download?version=signed"
            files.append(ProviderFile("signed", self._call("GET", path, raw=True), name))
        audit_log = self._call("GET", f"/envelope/{quote(envelope_id, safe='')}/audit-log/pdf", raw=True, absent=b"")
        return (*files, ProviderFile("audit_log", audit_log)) if audit_log else tuple(files)

    def _call(self, method, path, body=None, content_type="application/json", *, raw=False, absent=None):
        """Call the API; what it answers, as JSON or (`raw`) as bytes, and `absent` for 404 where that is given.

        Raises Retry when the server is busy, and DeliveryFailed, permanent when it will never take the call.
        """
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        status, answer = self._exchange(method, path, data, content_type)
        if status == 404 and absent is not None:
            return absent
        if status == 429:
            raise Retry(BUSY_SECONDS, "the server has too many calls (HTTP 429)")
        if not 200 <= status < 300:
            permanent = 300 <= status < 500 and status not in (408, 425)
            raise DeliveryFailed(f"HTTP {status} {problem_of(answer)}".strip(), permanent=permanent)
        if raw:
            return answer
        try:
            return json.loads(answer)
        except ValueError:
            raise DeliveryFailed("the server answered no JSON; is the address right?", permanent=False) from None

    def _exchange(self, method, path, data, content_type):
        address = urlsplit(self.settings.url)
        connection_type = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = connection_type(address.netloc, timeout=self.settings.timeout)
        headers = {"Authorization": self.settings.token, "Content-Type": content_type, "Accept": "*/*"}
        try:
            connection.request(method, address.path.rstrip("/") + API + path, data, headers)
            response = connection.getresponse()
            answer = response.read(MAX_BYTES + 1)
        except (OSError, HTTPException) as error:
            raise DeliveryFailed(f"the server cannot be reached: {error}", permanent=False) from None
        finally:
            connection.close()
        if len(answer) > MAX_BYTES:
            raise DeliveryFailed("the server answered more than may be stored", permanent=True)
        return response.status, answer


def problem_of(answer):
    """The error that a response tells, without line breaks."""
    try:
        value = json.loads(answer)
        text = value.get("message") or value.get("error") or value.get("code") or ""
    except (ValueError, AttributeError):
        text = ""
    return " ".join(str(text).split())[:300]


def multipart(payload, files):
    """The body of multipart/form-data with `payload` as JSON and PDFs in `files` (name, content); the body, and its
    media type.
    """
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{json.dumps(payload)}\r\n'
    body = head.encode()
    for name, content in files:
        quoted = re.sub(r'["\\\x00-\x1f]', "_", name)
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{quoted}"\r\n'
        body += part.encode() + b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
