"""Authoring: a site's files become definitions. Knows no database and no web; publishing and serving are services."""

from formengine.authoring.bundles import Bundle
from formengine.authoring.checking import SiteCheck, check_site
from formengine.authoring.lists import list_kinds
from formengine.authoring.mail_texts import mail_findings
from formengine.authoring.packs import Pack, read_pack
from formengine.authoring.portals import Portal, SignUp
from formengine.authoring.request_types import Audience, DocumentRule, RequestType, Retention
from formengine.authoring.schemas import localised
from formengine.authoring.sites import Site, read_site
from formengine.authoring.teams import Team

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
    "list_kinds",
    "localised",
    "mail_findings",
    "read_pack",
    "read_site",
]
