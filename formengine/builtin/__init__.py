"""What the product itself brings as a plugin would: nothing here uses a door that is closed to others."""

from __future__ import annotations

from typing import Any

from formengine.builtin.templates import check_document_templates


def includeme(config: Any) -> None:
    config.add_site_check("document-templates", check_document_templates)
