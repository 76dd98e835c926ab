"""`formengine openapi`: the API's description, as the portal serves it."""

from __future__ import annotations

import click

from formengine.cli.output import print_json


@click.command()
def openapi() -> None:
    """Print the OpenAPI description of the API, as JSON."""
    from formengine.web.api.openapi import openapi_description

    print_json(openapi_description())
