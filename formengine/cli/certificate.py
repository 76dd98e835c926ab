"""`formengine certificate`: the certificate that signs PDFs, shown and made anew."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from formengine.cli.context import ini_option, open_platform
from formengine.cli.output import json_option

if TYPE_CHECKING:
    from formengine.services.core.signing_certificates import ShownCertificate
    from formengine.services.core.unit_of_work import Platform

MEANING: Final = (
    "What is signed with it is an electronic signature with evidence (eIDAS, article 3(10)), not a qualified one: the "
    "certificate proves that a PDF is of this portal and unchanged, the portal's evidence who signed."
)


@click.command()
@click.option("--renew", is_flag=True, help="Make the site's own certificate anew; earlier ones still verify.")
@click.option("--pem", is_flag=True, help="Print the certificates alone, as PEM, for other programs to trust.")
@ini_option
@json_option
def certificate(renew: bool, pem: bool, ini: str | None, as_json: bool) -> None:
    """Show the certificate that signs PDFs, and make it anew.

    The site's own is made where there is none.
    """
    with open_platform(ini) as platform:
        from formengine.services.core import signing_certificates

        signing_certificates.renew(platform) if renew else signing_certificates.signing_key(platform)
        with platform.database.reading() as session:
            shown = signing_certificates.shown_certificates(session)
    if pem:
        click.echo("".join(item.pem for item in shown), nl=False)
    elif as_json:
        click.echo(json.dumps({"items": [{**asdict(item), "text": asdict(item.text)} for item in shown]}, default=str))
    else:
        for item in shown:
            _print(item)
        click.echo(MEANING)


def make_first_certificate(platform: Platform) -> None:
    """Make the site's own certificate where no PDF was signed yet and the settings name none, and say what it is.

    That is with the first publication: then there are a database and a portal, whose name the certificate bears.
    """
    from formengine.services.core import signing_certificates

    if platform.settings.signing_key:
        return
    with platform.database.reading() as session:
        if signing_certificates.known_certificates(session):
            return
    signing_certificates.signing_key(platform)
    with platform.database.reading() as session:
        shown = signing_certificates.shown_certificates(session)
    click.echo("the certificate with which this portal signs PDFs was made:")
    for item in shown:
        _print(item)
    click.echo(MEANING)


def _print(shown: ShownCertificate) -> None:
    text = shown.text
    state = "retired" if shown.retired else "from the settings" if shown.from_settings else "signs now"
    click.echo(f"{text.subject} ({state})")
    click.echo(f"  issued by   {'itself' if text.own else text.issuer}")
    click.echo(f"  valid       {text.begins:%Y-%m-%d} to {text.ends:%Y-%m-%d}")
    click.echo(f"  SHA-256     {text.fingerprint}")
