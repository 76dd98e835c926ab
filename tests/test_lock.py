"""requirements.lock and sbom.cdx.json: they fit setup.cfg, this environment, and each other."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from scripts import write_sbom

REMEDY = "run `make lock`"


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    return write_sbom.locked()


def test_every_locked_package_is_pinned_and_hashed() -> None:
    """T48: nothing but `name==version` with hashes; no index, address or option by which a package could come another
    way."""
    text = write_sbom.LOCK.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    odd = [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==\S+( +--hash=sha256:[0-9a-f]{64})+ *", line)]
    assert odd == []
    assert "://" not in text
    assert len(lines) == len(write_sbom.locked())


def test_lock_fits_setup_cfg(locked: dict[str, str]) -> None:
    """T48: each requirement, with a version that its specifier allows."""
    wrong = [
        str(requirement)
        for requirement in write_sbom.declared()
        if not requirement.specifier.contains(Version(locked.get(write_sbom.canonicalize_name(requirement.name), "0")))
    ]
    assert wrong == [], REMEDY


def test_lock_holds_what_is_needed_and_nothing_else(locked: dict[str, str]) -> None:
    """T48: a dependency of a dependency is pinned too."""
    assert sorted(write_sbom.dependencies(write_sbom.declared())) == sorted(locked), REMEDY


def test_installed_packages_have_the_locked_versions(locked: dict[str, str]) -> None:
    """T48: what is tested is what is installed on a server."""
    other = {name: (pin, version(name)) for name, pin in locked.items() if Version(version(name)) != Version(pin)}
    assert other == {}, f"{REMEDY}, or `make install`"


def test_bill_of_materials_is_that_of_the_lock() -> None:
    """T48: with a licence for each part."""
    bill = write_sbom.bill_of_materials()
    assert json.loads(write_sbom.SBOM.read_text()) == bill, "run `python scripts/write_sbom.py`"
    assert [c["name"] for c in bill["components"] if "licenses" not in c] == []
    refs = [component["bom-ref"] for component in bill["components"]]
    assert len(refs) == len(set(refs))
    assert {ref for row in bill["dependencies"] for ref in row["dependsOn"]} <= set(refs)


def test_extras_are_followed() -> None:
    """T48: `psycopg[binary]` needs psycopg-binary; `psycopg` does not."""
    names = [need.name for need in write_sbom.needed_by(Requirement("psycopg[binary]"))]
    assert "psycopg-binary" in names
    assert "psycopg-binary" not in [need.name for need in write_sbom.needed_by(Requirement("psycopg"))]
