"""Exports of the hard film, made by real models into three languages: accepted like those of small jobs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prov.model import ProvDocument
from rdflib import PROV, RDF, Graph, Namespace

from tests.cuegraph import cuegraph
from tests.hard_job import Made
from tests.openlineage_classes import problems
from tests.ro_crate_validator import findings

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.*deprecated:DeprecationWarning")  # rdflib warns of itself

CUEGRAPH = Namespace("urn:cuegraph:")


def export(made: Made, format_name: str, out: Path) -> Path:
    ran = cuegraph("lineage", "export", made.told["job"], "--format", format_name, "--store", made.store, "--out", out)
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
