"""`formengine preview-template`: fill a Word template of a site with example answers, to look at (S1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from formengine.cli.context import ini_option, settings_from
from formengine.cli.output import print_json


@click.command("preview-template")
@click.argument("request_type")
@click.argument("document", required=False)
@click.option("--language", help="Language of the document; by default the first that has a template.")
@click.option("--story", help="Name of the story whose answers are taken; by default the first.")
@click.option("--answers", type=click.Path(exists=True, dir_okay=False), help="A JSON file with answers instead.")
@click.option("--output", type=click.Path(dir_okay=False), help="The file to write: NAME.docx, or NAME.html.")
@click.option("--json", "as_json", is_flag=True, help="Print {file, language, story, html}.")
@ini_option
def preview_template(
    request_type: str,
    document: str | None,
    language: str | None,
    story: str | None,
    answers: str | None,
    output: str | None,
    as_json: bool,
    ini: str | None,
) -> None:
    """Fill a Word template of a site with example answers: that of DOCUMENT (by default the first) of a REQUEST_TYPE.

    Without --output the text of the document is printed as HTML.
    """
    from formengine.services.dossiers import template_previews

    site = _site(ini)
    if request_type not in site.request_types:
        raise click.UsageError(f"the site has no request type {request_type}")
    rules = site.request_types[request_type].documents
    drafted = [name for name, rule in rules.items() if rule.template]
    document = document or next(iter(drafted), "")
    if document not in drafted:
        raise click.UsageError(f"{request_type} has no template for {document or 'any document'}")
    files = template_previews.files_of(rules[document], site.portal.languages[0])
    language = language or next(iter(files))
    if language not in files:
        raise click.UsageError(f"{document} has no template in {language}; it has {', '.join(files)}")
    name, values = _example(site, request_type, story, answers)
    preview = template_previews.preview(site, site.request_types[request_type], document, language, values)
    if preview.failure:
        raise click.ClickException(f"the template cannot be filled: {preview.failure}")
    if output:
        Path(output).write_bytes(preview.docx if output.endswith(".docx") else preview.html.encode())
    if as_json:
        print_json({"file": files[language], "language": language, "story": name, "html": preview.html})
    elif not output:
        click.echo(preview.html)


def _example(site: Any, request_type: str, story: str | None, answers: str | None) -> tuple[str, dict[str, Any]]:
    """The name of the story (empty for a file of answers), and its answers."""
    from formengine.services.dossiers import template_previews

    if answers:
        return "", dict(json.loads(Path(answers).read_text(encoding="utf-8")))
    stories = template_previews.stories_of(site, site.request_types[request_type])
    name = story or next(iter(stories), "")
    if name not in stories:
        raise click.UsageError(_without_story(request_type, story, list(stories)))
    return name, stories[name]


def _without_story(request_type: str, story: str | None, stories: list[str]) -> str:
    """What to do where a request type has not the story that is asked for, or none at all."""
    if stories:
        return f"{request_type} has no story {story!r}; it has: {'; '.join(stories)}"
    asked = f"no story {story!r}" if story else "no story whose answers could be taken"
    return (
        f"{request_type} has {asked}: write one in the stories.yaml of its workflow, with `request: {request_type}` and"
        " its `answers:`, or give a JSON file with answers by --answers FILE"
    )


def _site(ini: str | None) -> Any:
    from formengine.app import build_registry
    from formengine.authoring import Bundle, read_site

    settings = settings_from(ini)
    site, findings = read_site(Bundle.from_folder(Path(settings.site)), build_registry(settings).vocabulary)
    if site is None:
        raise click.ClickException(f"the site has errors; run formengine check: {findings[0]}")
    return site
