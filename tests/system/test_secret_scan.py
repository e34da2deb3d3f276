"""The secret scan finds what must not be kept, without a network."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.layout.source import ROOT

PLANTED = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\n",
    "password": 'database_password = "' + "x7Gq" * 5 + '"\n',
    "cloud key": "key: AKIA" + "Q7ZX" * 4 + "\n",
    "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".c2lnbmF0dXJlc2ln\n",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_what_must_not_be_kept_is_found_and_the_file_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "settings.py"
    path.write_text(PLANTED[kind])
    found = subprocess.run(["deploy/scan_secrets.sh", path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert path.name in found.stdout


def test_a_digest_is_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(f'sha256 = "{"0123456789abcdef" * 4}"\n')
    subprocess.run(["deploy/scan_secrets.sh", path], cwd=ROOT, check=True)
