"""Clients generated from the description of the API: they send files, and they read the answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from formengine.services.accounts.api_tokens import create_token
from formengine.web.api.openapi import openapi_description
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import Served
from tests.web.dossiers.visitors import ADVICE

pytestmark = pytest.mark.slow
PROGRAM = """
import importlib, io, json, pkgutil, sys
from client import AuthenticatedClient
from client.api import default
from client.api.default import attachment, attachments_post, me, notes_post, submit_with_files
from client.models import AttachmentsPostBody, NewNote, NewSubmissionWithFiles, SubmitWithFilesBody
from client.types import File

for module in pkgutil.iter_modules(default.__path__):
    importlib.import_module(f"client.api.default.{module.name}")

address, token, answers = sys.argv[1:]
caller = AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True)
payload = NewSubmissionWithFiles.from_dict(
    {"request_type": "legal_advice", "answers": json.loads(answers), "files": ["/papers", "/papers"]}
)
files = [File(io.BytesIO(b"first"), "first.txt", "text/plain"), File(io.BytesIO(b"second"), "second.txt", "text/plain")]
sent = submit_with_files.sync(
    client=caller, body=SubmitWithFilesBody(payload=payload, files=files), idempotency_key="order-1"
)
note = notes_post.sync(sent.reference, client=caller, body=NewNote(text="See the third"))
third = AttachmentsPostBody(files=[File(io.BytesIO(b"third"), "third.txt", "text/plain")])
[attached] = attachments_post.sync(sent.reference, client=caller, body=third).items
content = attachment.sync(str(attached.id), client=caller).payload.read().decode()
print(json.dumps([me.sync(client=caller).name, [file.name for file in sent.files], note.text, content]))
"""


@pytest.fixture
def database_kind() -> str:
    """What the calls do is tested on both; here the client is."""
    return "sqlite"


@pytest.fixture
def description(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi_description()), encoding="utf-8")
    return path


def test_a_generated_python_client_sends_files(
    description: Path, served: Served, people: People, acting: Acting
) -> None:
    """X5: openapi-python-client makes a client all of whose calls can be imported; it submits, attaches and reads
    files, and its models take the answers."""
    people("lena")
    maya = people("maya")
    with acting(maya) as work:
        token = create_token(work, maya, ["read", "submit", "work"])
    folder = description.parent
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it formats its code with ruff
    generate = ["openapi-python-client", "generate", "--path", str(description), "--meta", "none"]
    subprocess.run(
        [sys.executable, "-m", *_module(generate), "--output-path", "client"],
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    program = [sys.executable, "-c", PROGRAM, served.url, token, json.dumps(ADVICE)]
    ran = subprocess.run(program, cwd=folder, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [maya.name, ["first.txt", "second.txt"], "See the third", "third"]


def _module(command: list[str]) -> list[str]:
    return [command[0].replace("-", "_"), *command[1:]]


TYPED_CALL = """
import type { operations } from "./api.js";
type Body = NonNullable<operations["submit_with_files"]["requestBody"]>["content"]["multipart/form-data"];
export const body: Body = { payload: { request_type: "nda", answers: {}, files: ["/papers"] }, files: ["content"] };
// @ts-expect-error a pointer is text
export const wrong: Body = { payload: { request_type: "nda", answers: {}, files: [5] }, files: [] };
"""


def test_types_generated_for_typescript_know_the_files(description: Path) -> None:
    """X5: openapi-typescript makes types by which a call with files compiles, and a wrong one does not."""
    folder, npm = description.parent, shutil.which("npm")
    packages = ["openapi-typescript@7.13.0", "typescript@5.9"]
    installed = npm is not None and (
        subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--prefix", str(folder), *packages],
            check=False,
            capture_output=True,
            timeout=300,
        ).returncode
        == 0
    )
    if not installed and os.environ.get("CI") != "true":
        pytest.skip("npm, or its registry, is not there to install openapi-typescript")
    assert installed, "npm could not install openapi-typescript"
    tools = folder / "node_modules/.bin"
    (folder / "call.ts").write_text(TYPED_CALL, encoding="utf-8")
    for command in (
        ["openapi-typescript", str(description), "-o", "api.d.ts"],
        ["tsc", "--strict", "--noEmit", "call.ts"],
    ):
        ran = subprocess.run([str(tools / command[0]), *command[1:]], cwd=folder, check=False, capture_output=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
