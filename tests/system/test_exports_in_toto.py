"""in-toto: in-toto-verify passes over the folder of any job, and fails on whatever is done to it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.material import Material
from services.runtime import signing
from services.runtime.signing import Signer, TrustedKeys
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.signers import signer_of
from tests.vouched_jobs import PROJECT, vouched

IN_TOTO_VERIFY = Path(sys.executable).with_name("in-toto-verify")
STRANGER = signer_of("stranger")
PAYLOAD_TYPE = "application/vnd.in-toto+json"
SRT = "deliverables/A Bright Day.srt"


def exported(material: Material, folder: Path) -> Path:
    write_whole(FORMATS["in-toto"], vouched(material), folder)
    return folder


def verify(folder: Path, key: Signer = PROJECT) -> subprocess.CompletedProcess[str]:
    """The command as the specification's own people wrote it, in a process of its own."""
    pem = folder.parent / "pub.pem"
    pem.write_bytes(key.public_pem)
    command: list[str | Path] = [
        IN_TOTO_VERIFY,
        "--layout",
        "root.layout",
        "--verification-keys",
        pem,
        "--link-dir",
        ".",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def payload_of(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(signing.read(path.read_bytes()).payload)
    return said


def link_of(folder: Path, step: str) -> Path:
    return folder / f"{step}.{PROJECT.key_id[:8]}.link"


def sign_again(path: Path, payload: dict[str, Any], signer: Signer = PROJECT) -> None:
    path.write_bytes(signing.sign(json.dumps(payload).encode(), PAYLOAD_TYPE, [signer]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_of_any_kind_passes_and_passes_again(kind: str, tmp_path: Path) -> None:
    folder = exported(KINDS[kind](tmp_path / "job"), tmp_path / "out")
    for _ in range(2):
        ran = verify(folder)
        assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", ["".join(HOSTILE[:-1]), HOSTILE[-1], "a.linked [x]*? story~"])
def test_names_of_strangers_pass(name: str, tmp_path: Path) -> None:
    ran = verify(exported(film_called(name), tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr


def deliverable_altered(folder: Path) -> None:
    (folder / SRT).write_text("1\n00:00:00,000 --> 00:00:01,000\nSomething else\n")


def deliverables_swapped(folder: Path) -> None:
    one, other = sorted((folder / "deliverables").iterdir())
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def deliverable_gone(folder: Path) -> None:
    (folder / SRT).unlink()


def deliverable_added(folder: Path) -> None:
    (folder / "deliverables/A Bright Day.pt.srt").write_text("")


def product_altered(folder: Path) -> None:
    """By one who holds the key even: the next step took something else."""
    link = payload_of(link_of(folder, "03_asr"))
    link["products"]["03_asr/_/transcript.json"]["sha256"] = "0" * 64
    sign_again(link_of(folder, "03_asr"), link)


def material_added(folder: Path) -> None:
    link = payload_of(link_of(folder, "03_asr"))
    link["materials"]["given/elsewhere"] = {"sha256": "0" * 64}
    sign_again(link_of(folder, "03_asr"), link)


def link_altered(folder: Path) -> None:
    """By one who has no key."""
    envelope = json.loads(link_of(folder, "03_asr").read_bytes())
    link = payload_of(link_of(folder, "03_asr")) | {"environment": {"host": "elsewhere"}}
    envelope["payload"] = base64.b64encode(json.dumps(link).encode()).decode()
    link_of(folder, "03_asr").write_text(json.dumps(envelope))


def link_missing(folder: Path) -> None:
    link_of(folder, "03_asr").unlink()


def step_signed_by_another(folder: Path) -> None:
    sign_again(link_of(folder, "03_asr"), payload_of(link_of(folder, "03_asr")), STRANGER)


def layout_by_another(folder: Path) -> None:
    sign_again(folder / "root.layout", payload_of(folder / "root.layout"), STRANGER)


def layout_expired(folder: Path) -> None:
    sign_again(folder / "root.layout", payload_of(folder / "root.layout") | {"expires": "2026-03-15T00:00:00Z"})


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (deliverable_altered, "DISALLOW"),
        (deliverables_swapped, "DISALLOW"),
        (deliverable_gone, "REQUIRE"),
        (deliverable_added, "DISALLOW"),
        (product_altered, "DISALLOW"),
        (material_added, "DISALLOW"),
        (link_altered, "ThresholdVerificationError"),
        (link_missing, "LinkNotFoundError"),
        (step_signed_by_another, "ThresholdVerificationError"),
        (layout_by_another, "SignatureVerificationError"),
        (layout_expired, "LayoutExpiredError"),
    ],
)
def test_what_is_done_to_it_is_told(tamper: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    folder = exported(film_called("A Bright Day"), tmp_path / "out")
    tamper(folder)
    ran = verify(folder)
    assert ran.returncode == 1
    assert told in ran.stderr


def test_the_key_of_a_stranger_does_not_do(tmp_path: Path) -> None:
    assert verify(exported(film_called("A Bright Day"), tmp_path / "out"), STRANGER).returncode == 1


def test_every_attestation_is_signed_by_the_key_of_the_project(tmp_path: Path) -> None:
    folder = exported(KINDS["retried"](tmp_path / "job"), tmp_path / "out")
    attestations = sorted((folder / "attestations").rglob("*.dsse.json"))
    assert len(attestations) == 5, "four steps, one of them tried twice"
    for path in attestations:
        assert signing.read(path.read_bytes()).signed_by(TrustedKeys.own(PROJECT)) == (PROJECT.key_id,)
