"""Posts facts of a dossier to another system: an action that asks for a job, the job, and the plugin's own settings.

Name it in the ini, with its settings (the token also from the environment, as FORMENGINE_MATTERS__TOKEN):

    formengine.plugins = ./matters
    formengine.matters.url = https://matters.example.com/api/matters

then in a workflow's transition:

    do: [{use: post_to_matters, with: {facts: [counterparty, amount]}}]
"""

import json
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from formengine.extend import DeliveryFailed, Retry

SETTINGS = {
    "type": "object",
    "required": ["url"],
    "properties": {
        "url": {"type": "string", "pattern": "^https?://"},
        "token": {"type": "string", "writeOnly": True},
        "timeout": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
    },
}
PARAMS = {
    "type": "object",
    "required": ["facts"],
    "properties": {"facts": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
    "additionalProperties": False,
}


def includeme(config):
    """Declare the settings; register the action and its job."""
    config.add_plugin_settings(SETTINGS)
    says = {"en": "Post to the matter system.", "fr": "Envoyer au système des dossiers."}
    config.add_workflow_action("post_to_matters", post_to_matters, says=says, params=PARAMS)
    config.add_job("post_matter", post_matter)


def post_to_matters(subject, options):
    """Ask for the job; it is enqueued in the transaction of the step, or not at all when the step fails."""
    return [("post_matter", {"facts": options["facts"], "by": subject.actor})]


def post_matter(job):
    """Post the facts. Raises Retry when the other system is busy, DeliveryFailed when it will never take them."""
    dossier = job.dossier
    body = {
        "reference": dossier.reference,
        "title": dossier.title,
        "state": dossier.state,
        "facts": {name: dossier.facts.get(name) for name in job.payload["facts"]},
    }
    status, retry_after = post(job.settings, body, job.key)
    if status in (408, 425, 429) or status >= 500:
        raise Retry(float(retry_after) if retry_after.isdigit() else 60, f"HTTP {status}")
    if status >= 300:
        raise DeliveryFailed(f"HTTP {status}", permanent=True)


def post(settings, body, key):
    """POST JSON; the status, and the text of Retry-After. By the `key` the other system knows a repeated post."""
    address = urlsplit(settings.url)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    connection_type = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = connection_type(address.netloc, timeout=settings.timeout)
    try:
        connection.request("POST", address.path or "/", json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.headers.get("Retry-After", "")
    finally:
        connection.close()
