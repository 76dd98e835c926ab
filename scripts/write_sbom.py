"""Write sbom.cdx.json, the bill of materials in CycloneDX 1.6, from requirements.lock and the browser's files.

    python scripts/write_sbom.py

What runs in production: the locked Python packages, with licences and dependencies as the installed ones declare them
for Python 3.11 on Linux, and the packages of web/static/vendor. A test fails when the file differs, or when the lock
does not fit setup.cfg and the environment.
"""

from __future__ import annotations

import configparser
import json
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import formengine

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
SBOM: Final = ROOT / "sbom.cdx.json"
VENDORED: Final = ROOT / "formengine" / "web" / "static" / "vendor" / "manifest.json"
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
SERVER: Final = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "os_name": "posix",
}
"""The environment that markers of dependencies are read for, so that the answer is the same everywhere."""


def locked() -> dict[str, str]:
    """The version of each package of requirements.lock, by normalized name."""
    return {canonicalize_name(name): version for name, version in PIN.findall(LOCK.read_text())}


def declared() -> list[Requirement]:
    """The requirements of setup.cfg, those of the extra `dev` left out."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def needed_by(requirement: Requirement) -> list[Requirement]:
    """What an installed package needs on a server, with the extras that are asked for."""
    lines = distribution(requirement.name).requires or []
    needs = [Requirement(line) for line in lines]
    servers = [{**SERVER, "extra": extra} for extra in ("", *requirement.extras)]
    return [need for need in needs if need.marker is None or any(map(need.marker.evaluate, servers))]


def dependencies(requirements: list[Requirement]) -> dict[str, list[str]]:
    """The normalized names of what each package needs, for all that are needed, directly or not."""
    needs: dict[str, set[str]] = {}
    waiting, seen = list(requirements), set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        further = needed_by(requirement)
        needs.setdefault(canonicalize_name(requirement.name), set()).update(canonicalize_name(n.name) for n in further)
        waiting += further
    return {name: sorted(names) for name, names in sorted(needs.items())}


def bill_of_materials() -> dict[str, Any]:
    """The content of sbom.cdx.json; the same for the same lock."""
    versions, needs = locked(), dependencies(declared())
    vendored = {entry["name"]: entry for entry in json.loads(VENDORED.read_text())}
    refs = {name: f"pkg:pypi/{name}@{version}" for name, version in versions.items()}
    product = {"type": "application", "bom-ref": "formengine", "name": "formengine", "version": formengine.__version__}
    components = [
        _component(ref, name, versions[name], _licence(distribution(name))) for name, ref in sorted(refs.items())
    ]
    for name, entry in sorted(vendored.items()):
        ref = f"pkg:npm/{name}@{entry['version']}"
        components.append(_component(ref, name, entry["version"], {"expression": entry["licence"]}))
    direct = sorted(refs[canonicalize_name(requirement.name)] for requirement in declared())
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**product, "licenses": [{"expression": "MIT"}]}},
        "components": components,
        "dependencies": [
            {"ref": "formengine", "dependsOn": [*direct, *sorted(c["bom-ref"] for c in components[len(refs) :])]},
            *({"ref": refs[name], "dependsOn": [refs[need] for need in names]} for name, names in needs.items()),
        ],
    }


def _component(ref: str, name: str, version: str, licence: dict[str, Any] | None) -> dict[str, Any]:
    component = {"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref}
    return {**component, "licenses": [licence]} if licence else component


def _licence(package: Distribution) -> dict[str, Any] | None:
    """The licence that a package declares: an SPDX expression, else what its metadata name it."""
    metadata = package.metadata.json
    expression, named = metadata.get("license_expression"), str(metadata.get("license", "")).strip()
    if expression:
        return {"expression": expression}
    classifiers = [line for line in metadata.get("classifier", []) if line.startswith("License ::")]
    if not named or "\n" in named:
        named = classifiers[0].rpartition(" :: ")[2] if classifiers else named.partition("\n")[0]
    return {"license": {"name": named}} if named else None


if __name__ == "__main__":
    SBOM.write_text(json.dumps(bill_of_materials(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
