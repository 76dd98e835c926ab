"""The wheel: built, installed in an environment of its own, and a site of it served."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.server import Commands

ROOT = Path(__file__).parents[1]
SOURCES = ("formengine", "workflows", "config", "plugins")
FILES = ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "development.ini", "production.ini")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline from a copy of the repository's files."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / "source" / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check"]
    process = subprocess.run([*build, "--outdir", folder], cwd=folder / "source", capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a new virtual environment with the wheel, and the libraries of the current one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python*/site-packages"))
    beneath = [path for path in site.getsitepackages() if Path(path).is_dir()]
    # Added to the path as plain folders: the editable install of this environment is not followed.
    (packages / "beneath.pth").write_text("\n".join(beneath) + "\n")
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    options = ["--no-deps", "--no-index", "--ignore-installed", "--disable-pip-version-check"]
    process = subprocess.run([*pip, *options, wheel], capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    return folder / "bin"


def test_wheel_contains_only_formengine(wheel: Path) -> None:
    """The starter site is inside the package; tests are not in the wheel."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "formengine",
        next(n for n in names if "dist-info" in n).split("/")[0],
    }
    inside = "formengine/starter/site"
    assert f"{inside}/workflows/nda/workflow.yaml" in names
    assert f"{inside}/config/portal.yaml" in names
    assert f"{inside}/development.ini" in names
    assert "formengine/locale/fr/web.po" in names
    assert "formengine/py.typed" in names
    assert [name for name in names if "__pycache__" in name or name.endswith("setup.cfg")] == []


def test_site_is_created_checked_and_served_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """O1: init, check, db upgrade, serve, and /healthz responds."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("FORMENGINE_", "PYTHONPATH"))}
    commands = Commands(tmp_path, environment, program=[str(installed / "formengine")])
    commands.spawn("init", "mysite")
    commands.folder = tmp_path / "mysite"
    where = "import formengine; print(formengine.__file__)"
    check = subprocess.run(
        [installed / "python", "-c", where],
        cwd=commands.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(installed.parent) in check.stdout
    commands.spawn("check")
    commands.spawn("db", "upgrade")
    try:
        process, _url = commands.serve()
        process.terminate()
        assert process.wait(20) == 0
    finally:
        commands.end()
