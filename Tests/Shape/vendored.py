#!/usr/bin/env python3
"""Whether what was written by others, and stands here as a copy, is byte by byte what they published.

usage: vendored.py [ROOT]      (fetches by pip; ends with 77 when that cannot be reached)

Sources/Console/Assets/VENDORED.md says of each file: version, wheel, the wheel's digest, place in it, digest, licence.
"""
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

WHEEL = re.compile(r"the wheel `(([A-Za-z0-9_]+)-([0-9.]+)-[^`]+\.whl)` \(SHA-256 `([0-9a-f]{64})`\) of PyPI, `([^`]+)`")


def problems(root):
    assets = root / "Sources/Console/Assets"
    lines = [line for line in (assets / "VENDORED.md").read_text().splitlines() if line.startswith("| `vendor/")]
    known = set()
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        path, digest = cells[0].strip("` |"), cells[4].strip("`")
        known.add(path)
        if not cells[5].strip(" |"):
            yield f"{path}: no licence is named"
        content = (assets / path).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            yield f"{path}: its SHA-256 is not the one that is written down"
        wheel, name, version, wheel_digest, place = WHEEL.search(cells[3]).groups()
        with tempfile.TemporaryDirectory() as folder:
            fetched = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, f"{name}=={version}"],
                capture_output=True, text=True)
            if fetched.returncode != 0:
                print(f"not compared: {name} {version} cannot be fetched", file=sys.stderr)
                sys.exit(77)
            archive = pathlib.Path(folder) / wheel
            if hashlib.sha256(archive.read_bytes()).hexdigest() != wheel_digest:
                yield f"{wheel}: its SHA-256 is not the one that is written down"
            if zipfile.ZipFile(archive).read(place) != content:
                yield f"{path}: it is not what {wheel} holds as {place}"
    for file in sorted((assets / "vendor").rglob("*")):
        if file.is_file() and str(file.relative_to(assets)) not in known:
            yield f"{file.relative_to(root)}: VENDORED.md does not say where it is from"


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
    print("\n".join(found) if found else "what was written by others is what they published")
    sys.exit(1 if found else 0)
