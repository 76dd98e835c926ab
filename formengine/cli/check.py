"""`formengine check`: the errors and warnings of a site, with file and line, before anything runs (A1)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from formengine.cli.context import DEFAULT_INI, ini_option, settings_from
from formengine.cli.output import print_json
from formengine.source import Finding

if TYPE_CHECKING:
    from formengine.authoring import Bundle
    from formengine.registry import Registry
    from formengine.settings import Settings

_PLURALS = {"error": "errors", "warning": "warnings"}


@click.command()
@click.argument("site", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--format", "output", type=click.Choice(["text", "json", "github"]), default="text", show_default=True,
              help="Output format of the findings; github prints annotations for GitHub Actions.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Exit with code 1 for warnings too.")
@click.option(
    "--expand",
    is_flag=True,
    help="Also print each form as plain JSON Schema, and each condition as a sentence in every language.",
)
@ini_option
def check(site: str | None, output: str, as_json: bool, strict: bool, expand: bool, ini: str | None) -> None:
    """Check a site and print the findings with file and line. SITE is its folder (default: that of the ini)."""
    settings = _settings(site, ini)
    folder = Path(settings.site)
    if not any((folder / name).is_dir() for name in ("workflows", "config")):
        raise click.UsageError(f"{folder.resolve()} is no site: it has neither workflows/ nor config/")
    from formengine.app import build_registry
    from formengine.authoring import Bundle

    registry, bundle = build_registry(settings), Bundle.from_folder(folder)
    findings = find(bundle, registry)
    forms, conditions = expanded(bundle, registry) if expand else ({}, {})
    _print("json" if as_json else output, findings, forms, conditions, _prefix(folder))
    if any(finding.severity == "error" or strict for finding in findings):
        raise click.exceptions.Exit(1)


def find(bundle: Bundle, registry: Registry) -> list[Finding]:
    """The findings of a site, those of checks that plugins add included."""
    from formengine.authoring import Site, check_site, mail_findings
    from formengine.mail import variables_of

    def mail_texts(site: Site) -> list[Finding]:
        return list(mail_findings(site.mail_texts, variables_of))

    return check_site(bundle, registry.vocabulary, (*registry.site_checks, mail_texts))


def expanded(bundle: Bundle, registry: Registry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each form by id as plain JSON Schema in the portal's first language; and by pack and path in its workflow each
    condition as a sentence, by language. Both are empty while the site has errors."""
    from formengine.authoring import read_site
    from formengine.workflow.definition.references import conditions_of
    from formengine.workflow.engine.explanations import sentence

    site, _ = read_site(bundle, registry.vocabulary)
    if site is None:
        return {}, {}
    languages, zone = site.portal.languages, site.portal.zone
    forms = {name: request_type.schema(languages[0]) for name, request_type in sorted(site.request_types.items())}
    conditions: dict[str, Any] = {}
    for name, pack in sorted(site.packs.items()):
        for path, condition in conditions_of(pack.workflow):
            child = str(path[1]) if path[0] == "children" else None
            sentences = {code: sentence(pack.workflow, condition, code, child, zone) for code in languages}
            conditions.setdefault(name, {})[".".join(map(str, path))] = sentences
    return forms, conditions


def _settings(site: str | None, ini: str | None) -> Settings:
    """The settings for a site: of the ini that lies in it, unless another is named."""
    if site is not None and ini is None and (Path(site) / DEFAULT_INI).is_file():
        ini = str(Path(site) / DEFAULT_INI)
    settings = settings_from(ini)
    return settings if site is None else dataclasses.replace(settings, site=site)


def _prefix(folder: Path) -> str:
    """What leads from the current folder to a file of the site, for terminals and editors to open."""
    current, target = Path.cwd(), folder.resolve()
    if target == current:
        return ""
    return f"{(target.relative_to(current) if target.is_relative_to(current) else folder).as_posix()}/"


def _print(
    output: str, findings: Sequence[Finding], forms: dict[str, Any], conditions: dict[str, Any], prefix: str
) -> None:
    if output == "json":
        items = {"findings": [dataclasses.asdict(finding) for finding in findings]}
        print_json({**items, "forms": forms, "conditions": conditions} if forms else items)
        return
    for finding in findings:
        click.echo(_annotation(finding, prefix) if output == "github" else f"{prefix}{finding}")
    for name, schema in forms.items():
        click.echo(f"# {name}\n{json.dumps(schema, ensure_ascii=False, indent=2)}")
    for name, sentences in conditions.items():
        click.echo(f"# conditions of {name}")
        for path, by_language in sentences.items():
            click.echo(f"{path}:")
            for code, text in by_language.items():
                click.echo(f"  {code}: {text}")
    if output == "text":
        click.echo(_summary(findings), err=True)


def _annotation(finding: Finding, prefix: str) -> str:
    """A finding as a workflow command of GitHub Actions, escaped as its documentation demands."""
    message = finding.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    file = f"{prefix}{finding.file}".replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    position = f"file={file},line={finding.line},col={finding.column}"
    return f"::{finding.severity} {position},title={finding.code}::{message}"


def _summary(findings: Sequence[Finding]) -> str:
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in _PLURALS}
    parts = [f"{n} {severity if n == 1 else _PLURALS[severity]}" for severity, n in counts.items() if n]
    return ", ".join(parts) or "nothing to mend"
