"""The graph joins by (producer, role) and by nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coordinator.lineage.facts import FoundManifest, JobFacts
from coordinator.lineage.graph import FILM, MISSING, NOT_DONE, Edge, Graph, Node, build, step_id
from coordinator.lineage.layout import Place, place_of
from coordinator.lineage.reading import read_job
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.manifest import InputRecord, Manifest, Origin, OutputRecord, Status
from services.runtime.store import blobs
from services.runtime.store.keys import Step
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter, rewrite, step_of, write_job


def graph_of_job(store: MemoryStore) -> Graph:
    return build(read_job(store, "film"))


def test_every_step_leads_back_to_the_film() -> None:
    store = MemoryStore()
    write_job(store)
    graph = graph_of_job(store)
    for stage in STAGES:
        assert FILM in graph.before(step_id(step_of(stage)))
    assert {step_id(step_of(stage)) for stage in STAGES} <= graph.after(FILM)


def test_a_step_is_not_made_from_what_came_after_it() -> None:
    store = MemoryStore()
    write_job(store)
    assert step_id(step_of("asr")) not in graph_of_job(store).before(step_id(step_of("vad")))


def test_equal_content_is_not_a_link() -> None:
    store = MemoryStore()
    empty = blobs.add_bytes(store, b"", "text/plain")
    lyrics = {"outputs": (OutputRecord("lyrics", "lyrics.txt", empty),)}
    songs = {"outputs": (OutputRecord("songs", "songs.txt", empty),)}
    writer = write_job(store, stages=("demux", "vad", "asr"), seal=False, changes={"vad": lyrics, "asr": songs})
    taken = InputRecord("lyrics", empty, writer.origins["lyrics"])
    writer.step(4, "subtitles", inputs=(taken,))
    before = graph_of_job(store).before(step_id(Step("film", 4, "subtitles")))
    assert step_id(step_of("vad")) in before
    assert step_id(step_of("asr")) not in before


def test_a_planned_step_without_a_manifest_is_shown_as_not_done() -> None:
    store = MemoryStore()
    writer = JobWriter(store)
    store.create("jobs/film/job.json", writer.record(STAGES).to_json())
    statuses = {node.id: node.status for node in graph_of_job(store).nodes}
    assert statuses[step_id(step_of("mux"))] == NOT_DONE


def test_an_origin_that_nothing_wrote_is_shown_as_missing() -> None:
    store = MemoryStore()
    write_job(store)
    for key in list(store.list(step_of("vad").prefix)):
        store.delete(key)
    missing = [node.label for node in graph_of_job(store).nodes if node.status == MISSING]
    assert missing == ["speech"]


def test_a_reused_step_is_linked_to_its_original() -> None:
    store = MemoryStore()
    write_job(store)
    write_job(store, "earlier")
    original = read_job(store, "earlier").commits[step_of("mux", "earlier")]
    artifact = Artifact(original.key, original.digest, 1, "application/json")
    rewrite(store, step_of("mux"), status=Status.REUSED, reused=artifact)
    edges = [edge for edge in graph_of_job(store).edges if edge.kind == "reused"]
    assert edges == [Edge(f"original:{original.digest[:16]}", step_id(step_of("mux")), "reused")]


def test_a_chain_of_5000_steps_is_walked_to_its_end() -> None:
    graph = build(_chain(5_000))
    last = step_id(Step("film", 5_000, "echo"))
    assert len(graph.before(last)) == 2 * 4_999
    assert graph.layers()[last] == 2 * 4_999


def test_a_key_means_what_it_was_made_from() -> None:
    step = Step("film", 7, "translation", "hi")
    assert place_of(step.commit) == Place(step, None)
    assert place_of(step.attempt(3, "manifest")) == Place(step, 3)
    assert place_of(step.attempt(3, "started")) == Place(step, 3, is_manifest=False)
    assert place_of(f"{step.prefix}notes.txt") is None
    assert place_of(step.commit.replace("07_", "7_")) is None


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph whose edges lead from earlier to later nodes, as digests force them to."""
    count = draw(st.integers(1, 30))
    nodes = tuple(Node(str(number), "step", str(number), "SUCCEEDED") for number in range(count))
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=80))
    return Graph("film", "", nodes, tuple(Edge(str(a), str(b), "input") for a, b in pairs if a < b))


@given(graphs())
def test_what_is_before_a_node_has_the_node_after_it(graph: Graph) -> None:
    for node in graph.nodes:
        assert all(node.id in graph.after(before) for before in graph.before(node.id))


@given(graphs())
def test_every_edge_leads_to_a_later_layer(graph: Graph) -> None:
    layers = graph.layers()
    assert all(layers[edge.source] < layers[edge.target] for edge in graph.edges)


def _chain(length: int) -> JobFacts:
    """A job of many steps, each taking what the one before wrote."""
    sample = JobWriter(MemoryStore()).manifest(1, "demux")
    found = []
    origin: Origin | None = None
    for number in range(1, length + 1):
        manifest = replace(
            sample,
            stage="echo",
            number=number,
            inputs=(InputRecord("text", _text(number - 1), origin),) if origin else (),
            outputs=(OutputRecord("text", "text.txt", _text(number)),),
        )
        found.append(_committed(manifest))
        origin = Origin(found[-1].digest, "text")
    return JobFacts("film", "memory://", None, None, tuple(found))


def _text(number: int) -> Artifact:
    digest = digest_bytes(str(number).encode())
    return Artifact(f"blobs/{digest}", digest, 1, "text/plain")


def _committed(manifest: Manifest) -> FoundManifest:
    digest = digest_bytes(f"manifest {manifest.number}".encode())
    return FoundManifest(manifest.step.commit, digest, manifest, place=Place(manifest.step, None))
