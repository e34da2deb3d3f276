"""C2PA: c2pa's own reader finds what was claimed of every film, and sees one byte that was changed since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from coordinator.lineage.exports.c2pa.claim import MADE_BY_MODEL, MADE_IN_PART_BY_MODEL
from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.history import history_of
from coordinator.lineage.exports.material import Material
from services.runtime import signing
from services.runtime.artifact import digest_file
from services.runtime.content_credentials import CredentialFiles
from services.runtime.errors import CuegraphError, InvalidRequest, InvalidSetting
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.publishers import PUBLISHER, Publisher, ed25519, p256
from tests.vouched_jobs import MEDIA, PROJECT, TRUST, film_in_every_format, vouched

ALONE = {"version": 1, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
SALTS, DIGESTS, SIGNATURE = 4 * 16, 5 * 32, 64
"""Bytes: of four assertions, with the one that the first action refers to."""
UNTRUSTED = "signingCredential.untrusted"
FILMS = {f"A Bright Day.{extension}": kind for role, (extension, kind) in MEDIA.items() if role != "film"}
VOICES = "06_separation/_/vocals.wav"


def exported(material: Material, out: Path, publisher: Publisher = PUBLISHER) -> Path:
    vouching = replace(material.vouching, credential=publisher.files(out.parent / "publisher"))
    write_whole(FORMATS["c2pa"], replace(material, vouching=vouching), out)
    return out


def read(path: Path, media_type: str, trusting: str = "") -> dict[str, Any]:
    """What the reader says of a film, to one who trusts nobody, or that authority."""
    trust = {"trust": {"user_anchors": trusting}} if trusting else {}
    with path.open("rb") as file, c2pa.Reader(media_type, file, context=c2pa.Context.from_dict(ALONE | trust)) as found:
        told: dict[str, Any] = json.loads(found.json())
        return told


def manifest_of(told: dict[str, Any]) -> dict[str, Any]:
    manifest: dict[str, Any] = told["manifests"][told["active_manifest"]]
    return manifest


def assertion(told: dict[str, Any], label: str) -> Any:
    (found,) = (it["data"] for it in manifest_of(told)["assertions"] if it["label"] == label)
    return found


def failures(told: dict[str, Any]) -> set[str]:
    return {it["code"] for it in told["validation_results"]["activeManifest"]["failure"]}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return film_in_every_format(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def folder(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(material, tmp_path_factory.mktemp("c2pa") / "out")


def test_all_that_is_handed_on_is_in_the_folder(folder: Path) -> None:
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *FILMS, VOICES,
        "A Bright Day.mkv", "A Bright Day.mkv.dsse.json", "A Bright Day.srt", "A Bright Day.srt.dsse.json",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "media_type"), [*FILMS.items(), (VOICES, "audio/wav")])
def test_a_film_is_valid_and_its_publisher_trusted_only_by_who_trusts_the_authority(
    folder: Path, name: str, media_type: str
) -> None:
    stranger = read(folder / name, media_type)
    friend = read(folder / name, media_type, PUBLISHER.root)
    assert (stranger["validation_state"], failures(stranger)) == ("Valid", {UNTRUSTED})
    assert (friend["validation_state"], failures(friend)) == ("Trusted", set())


def test_a_film_names_the_film_that_it_was_made_of(folder: Path, material: Material) -> None:
    (parent,) = manifest_of(read(folder / "A Bright Day.mp4", "video/mp4"))["ingredients"]
    film = history_of(material).film
    assert (parent["relationship"], parent["title"]) == ("parentOf", film.file_name)
    assert parent["instance_id"] == f"urn:cuegraph:sha256:{film.artifact.digest}"


def test_a_film_names_its_job_its_cues_and_the_seal(folder: Path, material: Material) -> None:
    job = assertion(read(folder / "A Bright Day.mp4", "video/mp4"), "cuegraph.job")
    history = history_of(material)
    (cues,) = (file for file in history.files.values() if file.role == "cues")
    (mp4,) = (file for file in history.files.values() if file.role == "mp4")
    assert material.facts.seal
    assert job == {
        "job": "film",
        "workflow": "subtitle",
        "record": history.digest,
        "film": history.film.artifact.digest,
        "file": mp4.artifact.digest,
        "cues": [cues.artifact.digest],
        "seal": {"key": "jobs/film/seal.json", "sha256": material.facts.seal.digest},
    }


def test_a_film_says_what_was_done_and_where_models_made_it(folder: Path) -> None:
    actions = assertion(read(folder / "A Bright Day.mp4", "video/mp4"), "c2pa.actions.v2")["actions"]
    said = {it["action"]: it.get("digitalSourceType") for it in actions}
    assert next(iter(said)) == "c2pa.opened"
    assert said == {
        "c2pa.opened": None,
        "cuegraph.demux": None,
        "cuegraph.vad": MADE_BY_MODEL,
        "cuegraph.asr": MADE_BY_MODEL,
        "cuegraph.alignment": MADE_BY_MODEL,
        "cuegraph.subtitles": None,
        "c2pa.edited": MADE_IN_PART_BY_MODEL,
    }
    (asr,) = (it for it in actions if it["action"] == "cuegraph.asr")
    (model,) = asr["parameters"]["cuegraph.attempt"]["models"]
    assert (model["name"], model["sha256"]) == ("whisper-tiny-en", "7a" * 32)


def test_sound_that_a_model_made_says_so(folder: Path) -> None:
    actions = assertion(read(folder / VOICES, "audio/wav"), "c2pa.actions.v2")["actions"]
    assert [(it["action"], it.get("digitalSourceType")) for it in actions] == [
        ("c2pa.opened", None),
        ("cuegraph.demux", None),
        ("c2pa.edited", MADE_IN_PART_BY_MODEL),
    ]


@pytest.mark.parametrize(("name", "media_type"), FILMS.items())
def test_one_byte_of_the_media_that_was_changed_is_seen(
    name: str, media_type: str, folder: Path, tmp_path: Path, material: Material
) -> None:
    data = bytearray((folder / name).read_bytes())
    original = next(f for n, f in history_of(material).delivered if n == name)
    sound = material.store.get(original.artifact.uri)
    middle = len(sound) // 2
    place = bytes(data).index(sound[middle : middle + 100])
    data[place] ^= 1
    (tmp_path / "changed").write_bytes(data)
    told = read(tmp_path / "changed", media_type)
    assert told["validation_state"] == "Invalid"
    assert failures(told) - {UNTRUSTED} <= {"assertion.bmffHash.mismatch", "assertion.dataHash.mismatch"}


def test_a_film_with_a_manifest_of_its_own_hands_it_on(folder: Path, tmp_path: Path) -> None:
    film = folder / "A Bright Day.mp4"
    made = exported(film_in_every_format(tmp_path / "media", "A Second Day", film), tmp_path / "out")
    told = read(made / "A Second Day.mp4", "video/mp4")
    (parent,) = manifest_of(told)["ingredients"]
    assert parent["active_manifest"] == read(film, "video/mp4")["active_manifest"]
    assert set(told["manifests"]) == {told["active_manifest"], parent["active_manifest"]}
    assert told["validation_state"] == "Valid"


@pytest.mark.parametrize("name", ["A Bright Day.mkv", "A Bright Day.srt"])
def test_what_holds_no_manifest_has_a_signed_statement_beside_it(name: str, folder: Path) -> None:
    envelope = signing.read((folder / f"{name}.dsse.json").read_bytes())
    statement = json.loads(envelope.payload)
    assert envelope.signed_by(TRUST.keys) == (PROJECT.key_id,)
    assert [it["digest"] for it in statement["subject"]] == [{"sha256": digest_file(folder / name)}]
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"


def test_a_second_export_differs_by_salt_alone(folder: Path, material: Material, tmp_path: Path) -> None:
    """The library puts chance into each assertion of ours, so that the digests and the signature over it differ too."""
    again = exported(material, tmp_path / "out")
    for path in sorted(it.relative_to(folder) for it in folder.rglob("*") if it.is_file()):
        one, other = (folder / path).read_bytes(), (again / path).read_bytes()
        if path.as_posix() not in {*FILMS, VOICES}:
            assert one == other
        else:
            assert len(one) == len(other)
            assert sum(a != b for a, b in zip(one, other, strict=True)) <= SALTS + DIGESTS + SIGNATURE


def test_a_second_export_says_the_same(folder: Path, material: Material, tmp_path: Path) -> None:
    again = exported(material, tmp_path / "out")
    one, other = (manifest_of(read(it / "A Bright Day.mp4", "video/mp4")) for it in (folder, again))
    assert [without_digests(it) for it in one["assertions"]] == [without_digests(it) for it in other["assertions"]]
    assert {**one, "assertions": ()} == {**other, "assertions": ()}


def without_digests(assertion: Any) -> Any:
    """What it says, but for the digests of other assertions and of the file, which the salt changes."""
    match assertion:
        case {**fields}:
            return {name: without_digests(value) for name, value in fields.items() if name != "hash"}
        case [*values]:
            return [without_digests(value) for value in values]
    return assertion


@pytest.mark.parametrize("name", ["".join(HOSTILE[:-1]), HOSTILE[-1]])
def test_names_of_strangers_stay_names(name: str, tmp_path: Path) -> None:
    folder = exported(film_in_every_format(tmp_path / "media", name), tmp_path / "out")
    (mp4,) = folder.glob("*.mp4")
    told = read(mp4, "video/mp4")
    assert told["validation_state"] == "Valid"
    assert manifest_of(told)["title"] == mp4.name
    assert manifest_of(told)["ingredients"][0]["title"] == name


def test_a_key_of_a_curve_of_nist_signs_too(material: Material, tmp_path: Path) -> None:
    publisher = Publisher(p256("publisher"), p256("authority"))
    folder = exported(material, tmp_path / "out", publisher)
    assert read(folder / "A Bright Day.mp4", "video/mp4", publisher.root)["validation_state"] == "Trusted"


def refused(material: Material, files: CredentialFiles, out: Path) -> str:
    vouching = replace(material.vouching, credential=files)
    with pytest.raises(CuegraphError) as told:
        write_whole(FORMATS["c2pa"], replace(material, vouching=vouching), out)
    assert not list(out.parent.glob("*.mp4"))
    assert not out.exists()
    return told.value.code


def test_without_a_certificate_films_are_refused(material: Material, tmp_path: Path) -> None:
    assert refused(material, CredentialFiles(), tmp_path / "out") == InvalidRequest.code


def test_a_certificate_for_another_use_is_refused(material: Material, tmp_path: Path) -> None:
    of_a_server = replace(PUBLISHER, usage=ExtendedKeyUsageOID.SERVER_AUTH).files(tmp_path / "publisher")
    assert refused(material, of_a_server, tmp_path / "out") == InvalidSetting.code


def test_a_key_of_another_certificate_is_refused(material: Material, tmp_path: Path) -> None:
    one = PUBLISHER.files(tmp_path / "one")
    other = replace(PUBLISHER, key=ed25519("another")).files(tmp_path / "other")
    assert refused(material, CredentialFiles(one.cert, other.key), tmp_path / "out") == InvalidSetting.code
    assert refused(material, CredentialFiles(one.key, one.key), tmp_path / "out") == InvalidSetting.code
    assert refused(material, CredentialFiles(one.cert, one.cert), tmp_path / "out") == InvalidSetting.code
    assert refused(material, CredentialFiles(one.cert, str(tmp_path)), tmp_path / "out") == InvalidSetting.code


def test_where_no_film_can_hold_a_manifest_no_certificate_is_needed(tmp_path: Path) -> None:
    write_whole(FORMATS["c2pa"], vouched(film_called("A Bright Day")), tmp_path / "out")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".mkv", ".srt", ".json"}


def test_a_job_that_made_nothing_to_hand_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as told:
        write_whole(FORMATS["c2pa"], vouched(KINDS["failed"](tmp_path / "job")), tmp_path / "out")
    assert told.value.code == InvalidRequest.code
