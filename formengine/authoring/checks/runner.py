"""All checks of a site before it is published; a mistake hides the findings that follow from it (A1, W13)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from formengine.authoring.checks.forms import form_findings
from formengine.authoring.checks.parts import part_findings
from formengine.authoring.checks.texts import text_findings
from formengine.authoring.checks.workflows import workflow_findings
from formengine.authoring.config.lists import kinds_with_lists
from formengine.authoring.site import ParsedBundle, Site, read_bundle
from formengine.authoring.stories.parser import read_stories
from formengine.authoring.stories.runner import StoryRun
from formengine.conditions.condition_words import Words
from formengine.source import Finding, has_errors, without_echoes
from formengine.source.bundle import Bundle
from formengine.source.findings import each_sentence_once
from formengine.source.yaml_cursor import YamlCursor

if TYPE_CHECKING:
    from formengine.forms import Form
    from formengine.workflow.definition.vocabulary import Vocabulary

log = logging.getLogger(__name__)
SiteCheck = Callable[[Site], Iterable[Finding]]
"""A check of a whole site, as plugins add them."""


def check_site(bundle: Bundle, vocabulary: Vocabulary, extra_checks: Iterable[SiteCheck] = ()) -> list[Finding]:
    """All findings of a site, sorted by file and line; never raises, whatever the files hold.

    `extra_checks` run only on a site without errors.
    """
    return checked_site(bundle, vocabulary, extra_checks)[1]


def checked_site(
    bundle: Bundle, vocabulary: Vocabulary, extra_checks: Iterable[SiteCheck] = ()
) -> tuple[Site | None, list[Finding]]:
    """The site in a bundle, None where it has errors; and the findings of `check_site`."""
    parsed = read_bundle(bundle, vocabulary)
    findings = [
        *parsed.findings,
        *_forms(parsed, vocabulary.field_kinds, vocabulary.words),
        *workflow_findings(parsed, vocabulary.field_kinds),
        *part_findings(parsed),
    ]
    site: Site | None = None
    if not has_errors(findings):
        findings += text_findings(parsed, vocabulary.field_kinds)
        findings += _stories(parsed, vocabulary.field_kinds)
        site = parsed.site(bundle.hash)
        for check in extra_checks:
            findings += _run_check(check, site)
    return (None if has_errors(findings) else site), without_echoes(findings)


def _forms(parsed: ParsedBundle, field_kinds: Mapping[str, Any], words: Words) -> Iterable[Finding]:
    config = parsed.config
    for source in parsed.packs.values():
        for name, request_type in source.request_types.items():
            yield from form_findings(
                source.requests[name], request_type, config.portal.languages, config.lists, field_kinds, words
            )


def _stories(parsed: ParsedBundle, field_kinds: Mapping[str, Any]) -> list[Finding]:
    """The findings of the stories of each pack, run in the simulation."""
    config, findings = parsed.config, list[Finding]()
    kinds = {**field_kinds, **kinds_with_lists("en", config.lists)}
    calendars = config.raw_calendars or {}
    compiled: dict[str, Form] = {}
    for source in parsed.packs.values():
        if source.stories is None:
            continue
        cursor = YamlCursor(source.stories, findings=findings)
        for story in read_stories(cursor, source.request_types, config.portal.zone):
            StoryRun(story, parsed.built[source.id].workflow, calendars, kinds, compiled).run()
    return each_sentence_once(findings)


def _run_check(check: SiteCheck, site: Site) -> list[Finding]:
    name = getattr(check, "__name__", type(check).__name__)
    problem = "raised an error, which the log tells"
    try:
        findings = list(check(site))
        if all(isinstance(finding, Finding) for finding in findings):
            return findings
        log.error("the site check %s answered %.1000r, which are no findings", name, findings)
        problem = "answered something other than findings, which the log tells"
    except Exception:  # a plugin may raise anything, and must not hide the findings of others
        log.exception("the site check %s failed", name)
    return [Finding("config/portal.yaml", 1, 1, "error", "check-failed", f"the check {name} {problem}")]
