"""Bring the front-end files of others in, with their versions, hashes and licences: those that pages load into
formengine/web/static/vendor, those that only tests load into tests/vendor.

python scripts/vendor.py           fetch what PACKAGES says (needs npm), and write each folder's manifest.json
python scripts/vendor.py --check   only compare what is there with the manifests
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SERVED: Final = ROOT / "formengine" / "web" / "static" / "vendor"
TESTS: Final = ROOT / "tests" / "vendor"
PACKAGES: Final = {
    SERVED: (
        ("bootstrap", "5.3.9", "MIT", {"dist/css/bootstrap.min.css", "dist/css/bootstrap.rtl.min.css", "LICENSE"}),
        ("htmx.org", "2.0.11", "0BSD", {"dist/htmx.min.js", "LICENSE"}),
        (
            "tom-select",
            "2.6.2",
            "Apache-2.0",
            {"dist/js/tom-select.popular.min.js", "dist/css/tom-select.bootstrap5.min.css", "LICENSE"},
        ),
        ("signature_pad", "5.1.4", "MIT", {"dist/signature_pad.umd.min.js", "LICENSE"}),
    ),
    TESTS: (("axe-core", "4.14.1", "MPL-2.0", {"axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"}),),
}


def main() -> int:
    """Fetch or check; 1 when a file is not what the manifest says."""
    if "--check" in sys.argv[1:]:
        wrong = [line for folder in PACKAGES for line in problems(folder)]
        sys.stdout.write("".join(f"{line}\n" for line in wrong))
        return 1 if wrong else 0
    for folder, packages in PACKAGES.items():
        entries = [entry for package in packages for entry in fetch(folder, *package)]
        (folder / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")
    return 0


def fetch(into: Path, name: str, version: str, licence: str, files: set[str]) -> list[dict[str, str]]:
    """Unpack the wanted files of one package; their lines of the manifest."""
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{name}@{version}"], cwd=folder, check=True, capture_output=True, text=True
        )
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            for path in sorted(files):
                member = archive.extractfile(f"package/{path}")
                assert member is not None, path
                content = without_map(member.read())
                target = into / name.removesuffix(".org") / Path(path).name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                entries.append(line(target.relative_to(into).as_posix(), content, name, version, licence))
    return entries


def without_map(content: bytes) -> bytes:
    """A file without the pointer to its source map, which is not served."""
    rows = [row for row in content.splitlines(keepends=True) if b"sourceMappingURL=" not in row]
    return b"".join(rows)


def line(file: str, content: bytes, name: str, version: str, licence: str) -> dict[str, str]:
    """What the manifest says of one file."""
    return {
        "file": file,
        "name": name,
        "version": version,
        "licence": licence,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def problems(folder: Path) -> list[str]:
    """Where a folder and its manifest differ."""
    listed = {e["file"]: e["sha256"] for e in json.loads((folder / "manifest.json").read_text())}
    present = {
        p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"
    }
    faults = [f"{name}: not there" for name in sorted(listed.keys() - present.keys())]
    faults += [f"{name}: not in the manifest" for name in sorted(present.keys() - listed.keys())]
    for name in sorted(listed.keys() & present.keys()):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != listed[name]:
            faults.append(f"{name}: changed")
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
