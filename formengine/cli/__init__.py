"""The `formengine` command.

Each command lives in a module of its own, imported only when it is called or asked for help, so that `--help` and
short commands answer at once. Whatever goes wrong on purpose is one plain line and exit code 1, never a traceback.
"""

from __future__ import annotations

from formengine.cli.click_groups import LazyGroup, ListedCommand

__all__ = ["main"]

main = LazyGroup(
    name="formengine",
    help="A low-code form engine with pluggable workflows for legal teams.",
    commands_at={
        "init": ListedCommand("formengine.cli.init:init", "Make a new site in DIR."),
        "demo": ListedCommand(
            "formengine.cli.demo.command:demo", "Fill a site in development with people and dossiers to look at."
        ),
        "serve": ListedCommand("formengine.cli.serve:serve", "Serve the portal, and run its background jobs."),
        "worker": ListedCommand("formengine.cli.worker:worker", "Run background jobs until SIGTERM."),
        "check": ListedCommand("formengine.cli.check:check", "Check a site and print the findings with file and line."),
        "preview-template": ListedCommand(
            "formengine.cli.preview_template:preview_template", "Fill a Word template of a site with example answers."
        ),
        "publish": ListedCommand(
            "formengine.cli.publish:publish", "Publish the site's files: every process serves them from then on."
        ),
        "db": ListedCommand("formengine.cli.db:db", "Prepare, upgrade and check the database."),
        "user": ListedCommand("formengine.cli.user:user", "Create, invite and close accounts."),
        "token": ListedCommand("formengine.cli.token:token", "Create tokens for the API."),
        "audit": ListedCommand("formengine.cli.audit:audit", "Verify the audit log, write checkpoints, erase content."),
        "jobs": ListedCommand("formengine.cli.jobs:jobs", "Inspect and retry background jobs."),
        "files": ListedCommand("formengine.cli.files:files", "Verify the stored files."),
        "certificate": ListedCommand(
            "formengine.cli.certificate:certificate", "Show the certificate that signs PDFs, and make it anew."
        ),
        "verify": ListedCommand(
            "formengine.cli.verify:verify", "Tell whether FILE.pdf was signed here and is unchanged and complete."
        ),
        "openapi": ListedCommand(
            "formengine.cli.openapi:openapi", "Print the OpenAPI description of the API, as JSON."
        ),
        "mcp": ListedCommand(
            "formengine.cli.mcp:mcp", "Let a person's assistant list, read, submit, follow and write notes."
        ),
    },
)
