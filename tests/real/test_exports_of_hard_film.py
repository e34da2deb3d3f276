"""Exports of the hard film, made by real models into three languages: accepted like those of small jobs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import c2pa
import pytest
from prov.model import ProvDocument
from rdflib import PROV, RDF, Graph, Namespace

from services.runtime import signing
from services.runtime.signing import TrustedKeys
from tests.cuegraph import cuegraph
from tests.hard_job import Made
from tests.openlineage_classes import problems
from tests.publishers import PUBLISHER
from tests.ro_crate_validator import findings

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.*deprecated:DeprecationWarning")  # rdflib warns of itself

CUEGRAPH = Namespace("urn:cuegraph:")
KINDS = {".mp4": "video/mp4", ".wav": "audio/wav", ".flac": "audio/flac"}


def export(made: Made, format_name: str, out: Path, env: Mapping[str, str] | None = None) -> Path:
    asked = ("--format", format_name, "--store", made.store, "--out", out)
    ran = cuegraph("lineage", "export", made.told["job"], *asked, env=env)
    assert ran.code == 0, ran.stderr
    return out


def test_openlineage_of_the_film_is_as_its_schemas_say(made: Made, tmp_path: Path) -> None:
    lines = export(made, "openlineage", tmp_path / "events").read_text("utf-8").splitlines()
    assert [problem for line in lines for problem in problems(json.loads(line))] == []


def test_prov_of_the_film_says_the_same_in_both_forms(made: Made, tmp_path: Path) -> None:
    document = ProvDocument.deserialize(
        content=export(made, "prov", tmp_path / "json").read_text("utf-8"), format="json"
    )
    theirs = Graph().parse(data=str(document.serialize(format="rdf", rdf_format="turtle")), format="turtle")
    mine = Graph().parse(export(made, "prov-o", tmp_path / "ttl"), format="turtle")
    assert set(theirs) <= set(mine)
    (film,) = mine.subjects(RDF.type, CUEGRAPH.Film)
    muxed = [file for file in mine.subjects(CUEGRAPH.mediaType) if "mkv" in str(mine.value(file, CUEGRAPH.role))]
    assert muxed
    assert all(film in set(mine.transitive_objects(file, PROV.wasDerivedFrom)) for file in muxed)


def test_the_crate_of_the_film_passes_every_required_check(made: Made, tmp_path: Path) -> None:
    crate = export(made, "ro-crate", tmp_path / "crate")
    assert findings(crate, tmp_path) == set()
    delivered = {path.name for path in (crate / "deliverables").iterdir()}
    assert delivered == {Path(it["path"]).name for it in made.told["deliverables"]}


def public_key(folder: Path) -> Path:
    ran = cuegraph("keys", "export", "--out", folder / "pub.pem")
    assert ran.code == 0, ran.stderr
    return folder / "pub.pem"


def by_tool(name: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command of a library's, beside this interpreter."""
    command = [Path(sys.executable).with_name(name), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_in_toto_verifies_the_film_and_sees_another_in_its_place(made: Made, tmp_path: Path) -> None:
    folder, key = export(made, "in-toto", tmp_path / "out"), public_key(tmp_path)
    asked = ("--layout", "root.layout", "--verification-keys", key, "--link-dir", ".")
    assert by_tool("in-toto-verify", *asked, cwd=folder).returncode == 0
    (film,) = (folder / "deliverables").glob("*.mkv")
    film.write_bytes(film.read_bytes() + b" ")
    assert by_tool("in-toto-verify", *asked, cwd=folder).returncode == 1


def test_the_films_for_players_carry_their_provenance(made: Made, tmp_path: Path) -> None:
    files = PUBLISHER.files(tmp_path / "publisher")
    folder = export(made, "c2pa", tmp_path / "out", {"CUEGRAPH_C2PA_CERT": files.cert, "CUEGRAPH_C2PA_KEY": files.key})
    signed = {path: kind for path in folder.rglob("*") if (kind := KINDS.get(path.suffix))}
    assert {path.suffix for path in signed} == {".mp4", ".wav", ".flac"}
    for path, media_type in signed.items():
        with path.open("rb") as file, c2pa.Reader(media_type, file) as found:
            assert found.get_validation_state() == "Valid"
    trusted = TrustedKeys.read(public_key(tmp_path))
    for sidecar in folder.glob("*.dsse.json"):
        assert signing.read(sidecar.read_bytes()).signed_by(trusted)


def test_the_bag_of_the_film_holds_by_itself(made: Made, tmp_path: Path) -> None:
    bag, key = export(made, "bagit", tmp_path / "bag"), public_key(tmp_path)
    assert by_tool("bagit.py", "--validate", "--quiet", bag, cwd=tmp_path).returncode == 0
    ran = cuegraph("lineage", "verify", "--at", bag, "--key", key, "--json")
    assert (ran.code, ran.json["standing"]["strength"]) == (0, "anchored"), ran.stderr
