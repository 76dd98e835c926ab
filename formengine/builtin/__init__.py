"""Built-in signature provider and site checks, registered with the directives that plugins have."""

from __future__ import annotations

from typing import Any

from formengine.authoring import mail_findings
from formengine.builtin.signing import InApp
from formengine.builtin.templates import check_document_templates
from formengine.mail import variables_of


def includeme(config: Any) -> None:
    config.add_signature_provider("in_app", InApp())
    config.add_site_check("document-templates", check_document_templates)
    config.add_site_check("mail-texts", lambda site: mail_findings(site.mail_texts, variables_of))
