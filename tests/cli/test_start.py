"""Starting is cheap: what is slow to import is imported where it is used, and not by the first page."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.server import ROOT, Commands

HEAVY = (
    "alembic", "asyncpg", "boto3", "chameleon", "colander", "dbos", "deform", "docx", "docxtpl", "holidays",
    "jsonschema", "jsonschema_rs", "mako", "markdown_it", "mcp", "openpyxl", "pydantic", "pyexcel", "pyhanko", "segno",
    "xlsxwriter",
)  # fmt: skip
"""Packages that together take longer to import than all of a bare Pyramid application."""
FIRST_PAGE = """
import sys
import formengine.cli.serve
from formengine.cli.context import open_platform
from formengine.web import make_app
from webob import Request
with open_platform(None) as platform:
    page = Request.blank("/sign-in").get_response(make_app(platform))
    assert page.status_int == 200, page.status
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_first_page_imports_nothing_heavy(site_commands: Commands) -> None:
    """The platform, the application and a page, as `serve` makes them."""
    environment = {**site_commands.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", FIRST_PAGE]
    process = subprocess.run(command, cwd=site_commands.folder, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert set(process.stdout.split()) & set(HEAVY) == set()
