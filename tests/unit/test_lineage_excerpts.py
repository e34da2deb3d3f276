"""A trace that reads a few elements says what a full read says, and leaves to that what it cannot tell."""

from __future__ import annotations

import dataclasses
import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.lineage.excerpts.cue import LONG_LISTS, excerpt, trace_in
from coordinator.lineage.excerpts.plain import Unfit, made
from coordinator.lineage.excerpts.text import DocumentText
from coordinator.lineage.joins import KINDS
from coordinator.lineage.reading import read_job
from coordinator.lineage.trace import Tracer, trace
from services.documents import codec
from services.documents.cues import Cue, Cues
from services.runtime import manifest as manifests
from services.runtime.errors import CuegraphError
from services.runtime.manifest import Manifest
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import STAGES, JobWriter, step_of, write_job

LONG = [f"It was a bright day, number {number}, and the river ran slowly." for number in range(1500)]
"""As many lines as a film of two hours has cues."""


@pytest.fixture(scope="module")
def long_job() -> MemoryStore:
    store = MemoryStore()
    JobWriter(store, lines=LONG).write(STAGES, {})
    return store


def test_every_cue_of_a_long_film_is_traced_as_by_a_full_read(long_job: MemoryStore) -> None:
    tracer = Tracer(read_job(long_job, "film"))
    for number in (*range(1, 1500, 37), 1499, 1500):
        assert trace(excerpt(long_job, "film", str(number)), str(number)) == tracer.trace(str(number))


def test_of_the_documents_only_what_leads_to_the_cue_is_read(long_job: MemoryStore) -> None:
    documents = excerpt(long_job, "film", "700").documents.values()
    lengths = {type(it).__name__: [len(getattr(it, name)) for name in LONG_LISTS[type(it)]] for it in documents}
    assert lengths == {"Cues": [1, 0], "Transcript": [1, 0], "Speech": [1], "Media": []}


@pytest.mark.parametrize("stages", [STAGES, ("demux", "vad", "asr", "subtitles"), ("demux", "asr", "subtitles")])
@pytest.mark.parametrize("cue", ["1", "2", "cue-2"])
def test_a_stage_that_was_left_out_shortens_the_way_alike(stages: tuple[str, ...], cue: str) -> None:
    store = MemoryStore()
    write_job(store, stages=stages)
    try:
        expected = trace(read_job(store, "film"), cue)
    except CuegraphError as error:
        with pytest.raises(type(error)):
            trace_in(store, "film", cue)
    else:
        assert trace_in(store, "film", cue) == expected


@pytest.mark.parametrize(("cue", "language"), [("9", None), ("cue-9", None), ("1", "hi"), ("", None), ("²", None)])
def test_what_is_not_there_is_refused_as_by_a_full_read(cue: str, language: str | None) -> None:
    store = MemoryStore()
    write_job(store)
    with pytest.raises(CuegraphError) as expected:
        trace(read_job(store, "film"), cue, language)
    with pytest.raises(CuegraphError) as caught:
        trace_in(store, "film", cue, language)
    assert (caught.value.code, str(caught.value)) == (expected.value.code, str(expected.value))


def test_a_document_that_was_altered_is_not_believed() -> None:
    store = MemoryStore()
    write_job(store)
    speech = next(out for out in read_job(store, "film").commits[step_of("vad")].content.outputs)  # type: ignore[union-attr]
    store.put(keys.blob(speech.artifact.digest), store.get(keys.blob(speech.artifact.digest)).replace(b"0.97", b"0.98"))
    with pytest.raises(CuegraphError) as caught:
        trace_in(store, "film", "1")
    assert caught.value.code == "LINEAGE_BROKEN"


def test_every_list_that_comes_after_a_long_one_is_known() -> None:
    for kind in set(KINDS.values()) & set(LONG_LISTS):
        hints = typing.get_type_hints(kind)
        lists = {name for name, hint in hints.items() if typing.get_origin(hint) is tuple}
        known = LONG_LISTS[kind]
        assert set(known) <= lists
        assert [name for name in lists if known and name > min(known)] == [n for n in known if n > min(known)]


def test_a_manifest_is_read_as_pydantic_reads_it() -> None:
    store = MemoryStore()
    write_job(store)
    for key in store.list("jobs/"):
        if key.endswith("manifest.json"):
            data = store.get(key)
            assert made(Manifest, json.loads(data)) == manifests.from_json(data)


hostile = st.text(
    st.sampled_from(['"', "\\", "\n", " ", "a", ":", "i", "d", "[", "]", "{", "}", ",", "\u2028", "ü", "\x7f"]),
    min_size=1,
)


@given(st.lists(hostile, min_size=1, max_size=5, unique=True), hostile)
def test_an_element_is_found_whatever_its_id_and_its_text_are(ids: list[str], text: str) -> None:
    lines = (text.replace("\n", " ").replace("\u2028", " ").strip() or "x", '"id": "a",')
    cues = Cues("en", tuple(Cue(name, n, n, n + 0.5, lines, ("word",)) for n, name in enumerate(ids, 1)))
    found = DocumentText(codec.to_json(cues), LONG_LISTS[Cues])
    for cue in cues.cues:
        assert [made(Cue, it) for it in found.elements("cues", "id", [cue.id])] == [cue]
        assert [made(Cue, it) for it in found.elements("cues", "number", [cue.number])] == [cue]
    assert made(Cues, found.without_lists()) == dataclasses.replace(cues, cues=())


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]\n", b'{"cues": []}\n', b'{\n "cues": [\n}\n', b'{\n "other": []\n}\n']
)
def test_what_is_written_in_another_way_is_left_to_a_full_read(data: bytes) -> None:
    with pytest.raises(Unfit):
        DocumentText(data, ("cues",)).elements("cues", "id", ["a"])


@pytest.mark.parametrize(
    "value", [{"id": 1}, {"unknown": 1}, [], None, {"id": "a", "number": "1"}, {"id": "a", "number": True}]
)
def test_json_of_another_form_makes_no_dataclass(value: object) -> None:
    with pytest.raises(Unfit):
        made(Cue, value)
