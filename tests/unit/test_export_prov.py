"""PROV: read by the `prov` library and by rdflib, both forms say the same, whatever became of the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prov.model import ProvDocument
from rdflib import PROV, RDF, Graph, Literal, Namespace
from rdflib.term import Node

from coordinator.lineage.exports.history import History, history_of
from coordinator.lineage.exports.prov.json_form import as_prov_json
from coordinator.lineage.exports.prov.turtle_form import as_turtle
from tests.exported_jobs import HOSTILE, KINDS, film_called

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.*deprecated:DeprecationWarning")  # rdflib warns of itself

CUEGRAPH = Namespace("urn:cuegraph:")
Triple = tuple[Node, Node, Node]
PLAIN = {
    PROV.qualifiedUsage: (PROV.used, PROV.entity),
    PROV.qualifiedGeneration: (PROV.wasGeneratedBy, PROV.activity),
    PROV.qualifiedDerivation: (PROV.wasDerivedFrom, PROV.entity),
    PROV.qualifiedAssociation: (PROV.wasAssociatedWith, PROV.agent),
    PROV.qualifiedStart: (PROV.wasStartedBy, PROV.entity),
}
"""The plain relation that PROV-O gives for each qualified one, and the property that names its object."""


@pytest.fixture(params=KINDS)
def history(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    return history_of(KINDS[request.param](tmp_path))


def graph_of(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle")


def graph_by_library(history: History) -> Graph:
    """What the library makes of the PROV-JSON."""
    return graph_of(str(document_of(history).serialize(format="rdf", rdf_format="turtle")))


def document_of(history: History) -> ProvDocument:
    return ProvDocument.deserialize(content=as_prov_json(history), format="json")


def implied(graph: Graph) -> Iterator[Triple]:
    """The plain relations that follow from the qualified ones."""
    for qualified, (plain, of_object) in PLAIN.items():
        for subject, relation in graph.subject_objects(qualified):
            yield from ((subject, plain, value) for value in graph.objects(relation, of_object))


def test_prov_json_comes_back_from_the_library_as_it_went_in(history: History) -> None:
    document = document_of(history)
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document
    assert document.unified() == document, "something is said twice"


def test_prov_o_says_what_prov_json_says(history: History) -> None:
    """The library's own PROV-O of the PROV-JSON, and the plain relations beside its qualified ones."""
    theirs = graph_by_library(history)
    assert set(graph_of(as_turtle(history))) == set(theirs) | set(implied(theirs))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_stay_names_in_both_forms(name: str) -> None:
    history = history_of(film_called(name))
    theirs = graph_by_library(history)
    mine = graph_of(as_turtle(history))
    assert set(mine) == set(theirs) | set(implied(theirs))
    assert [str(film) for film in mine.objects(None, CUEGRAPH.fileName)].count(name) == 2


def test_nothing_is_spoken_of_that_is_not_described(history: History) -> None:
    graph = graph_of(as_turtle(history))
    described = set(graph.subjects(RDF.type, None))
    spoken_of = {value for _, name, value in graph if name != RDF.type and str(value).startswith(CUEGRAPH)}
    roles = set(graph.objects(None, PROV.hadRole))
    assert spoken_of - roles <= described


def test_failed_attempts_are_activities_with_their_errors(tmp_path: Path) -> None:
    graph = graph_of(as_turtle(history_of(KINDS["retried"](tmp_path))))
    (failed,) = graph.subjects(CUEGRAPH.status, Literal("FAILED"))
    (error,) = graph.objects(failed, CUEGRAPH.error)
    assert str(error).startswith("STAGE_FAILED: not today")
    (later,) = graph.subjects(PROV.wasInformedBy, failed)
    assert str(graph.value(later, CUEGRAPH.status)) == "SUCCEEDED"


def test_what_was_taken_over_is_tied_to_the_attempt_that_made_it(tmp_path: Path) -> None:
    graph = graph_of(as_turtle(history_of(KINDS["reused"](tmp_path))))
    for attempt in graph.subjects(CUEGRAPH.status, Literal("REUSED")):
        (output,) = graph.subjects(PROV.wasGeneratedBy, attempt)
        original = graph.value(output, PROV.alternateOf)
        assert graph.value(output, CUEGRAPH.digest) == graph.value(original, CUEGRAPH.digest)
        informants = {str(graph.value(one, CUEGRAPH.job)) for one in graph.objects(attempt, PROV.wasInformedBy)}
        assert "earlier" in informants


def test_subtitles_are_derived_from_the_film_through_what_programs_made(tmp_path: Path) -> None:
    graph = graph_of(as_turtle(history_of(KINDS["film"](tmp_path))))
    (film,) = graph.subjects(RDF.type, CUEGRAPH.Film)
    (subtitles,) = graph.subjects(CUEGRAPH.role, Literal("subtitles_srt"))
    assert film in set(graph.transitive_objects(subtitles, PROV.wasDerivedFrom))
    (program,) = graph.objects(subtitles, PROV.wasAttributedTo)
    assert (program, RDF.type, PROV.SoftwareAgent) in graph
    assert str(graph.value(program, CUEGRAPH.commit)) == "6f153f0"
    assert {str(name) for name in graph.subjects(RDF.type, CUEGRAPH.Model)}
    assert len(set(graph.subjects(RDF.type, CUEGRAPH.Glossary))) == 1
