"""Writes the bill of materials of the image it runs in: `python sbom.py IMAGE OUT.json` (CycloneDX 1.6).

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any


def python_packages() -> list[dict[str, Any]]:
    """What is installed for the interpreter that runs this."""
    found = {re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): d for d in importlib.metadata.distributions()}
    return [_component(name, found[name].version, f"pkg:pypi/{name}@{found[name].version}") for name in sorted(found)]


def debian_packages() -> list[dict[str, Any]]:
    """What Debian's package manager has installed."""
    command = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n"]
    rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    installed = [row.split("\t")[1:] for row in rows if row.startswith("ii")]
    return [
        _component(name, version, f"pkg:deb/debian/{name}@{version}?arch={arch}") for name, version, arch in installed
    ]


def _component(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}


def bill(image: str) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": f"cuegraph-{image}"}},
        "components": [
            _component("python", platform.python_version(), f"pkg:generic/python@{platform.python_version()}"),
            *python_packages(),
            *debian_packages(),
        ],
    }


def main(image: str, out: str) -> None:
    Path(out).write_text(json.dumps(bill(image), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
