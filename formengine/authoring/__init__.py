"""Authoring: a site's files become definitions. Knows no database and no web; publishing and serving are services."""

from formengine.authoring.checks.runner import SiteCheck, check_site, checked_site
from formengine.authoring.config.lists import list_kinds
from formengine.authoring.config.mail_templates import mail_findings
from formengine.authoring.config.portal import Portal, SignUp
from formengine.authoring.config.teams import Team
from formengine.authoring.packs.pack import Pack, read_pack
from formengine.authoring.packs.request_type import Audience, DocumentRule, RequestType, Retention
from formengine.authoring.packs.schema_texts import localised
from formengine.authoring.site import Site, published_site, read_site
from formengine.source.bundle import Bundle

__all__ = [
    "Audience",
    "Bundle",
    "DocumentRule",
    "Pack",
    "Portal",
    "RequestType",
    "Retention",
    "SignUp",
    "Site",
    "SiteCheck",
    "Team",
    "check_site",
    "checked_site",
    "list_kinds",
    "localised",
    "mail_findings",
    "published_site",
    "read_pack",
    "read_site",
]
