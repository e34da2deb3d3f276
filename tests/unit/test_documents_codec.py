"""The codec: documents become canonical bytes and come back, or are refused."""

from __future__ import annotations

import dataclasses
import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codec import DocumentError, from_json, json_schema, to_json
from services.documents.cues import Cue, Cues, Finding, Readability
from services.documents.media import AudioTrack, Chapter, Media, Stream
from services.documents.speech import Region, Speech
from services.documents.transcript import Decode, Segment, Transcript, Word

ONE_CUE = Cues("en", (Cue("c1", 1, 0.0, 1.5, ("Hello,", "world."), ("w1", "w2")),))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
lines = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
names = st.text(st.characters(min_codepoint=33, max_codepoint=0x10FFFF, exclude_categories=["Cs"]), min_size=1)
timings = st.sampled_from(typing.get_args(typing.get_type_hints(Word)["timing"]))
probabilities = st.floats(0, 1)
sources = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
tracks = st.builds(
    AudioTrack,
    stream=st.just("audio:0"),
    start=st.floats(-10, 10),
    sample_rate=st.sampled_from([8_000, 16_000]),
    sample_count=st.integers(1_000, 10**9),
)


def _increasing(draw: st.DrawFn, count: int) -> list[int]:
    return sorted(draw(st.lists(st.integers(0, 10**7), min_size=count, max_size=count, unique=True)))


@st.composite
def cues_documents(draw: st.DrawFn) -> Cues:
    count = draw(st.integers(0, 4))
    times = [time / 1000 for time in _increasing(draw, 2 * count)]
    return Cues(
        draw(names),
        tuple(
            Cue(f"c{n}", n + 1, times[2 * n], times[2 * n + 1], (draw(lines), draw(lines)), draw(sources))
            for n in range(count)
        ),
    )


@st.composite
def speech_documents(draw: st.DrawFn) -> Speech:
    track = draw(tracks)
    samples = st.lists(st.integers(0, track.sample_count), min_size=6, max_size=6, unique=True)
    borders = sorted(draw(samples))
    regions = (
        Region(f"r{first}", track.time(first), track.time(last), first, last, draw(probabilities), (track.stream,))
        for first, last in zip(borders[::2], borders[1::2], strict=True)
    )
    return Speech(track, tuple(region for region in regions if region.end > region.start))


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    count = draw(st.integers(0, 4))
    times = [time / 7 for time in _increasing(draw, 2 * count)]
    segments = []
    for n, (start, end) in enumerate(zip(times[::2], times[1::2], strict=True)):
        word = Word(f"w{n}", draw(lines), start, end, draw(timings), draw(probabilities | st.none()), draw(sources))
        decode = Decode(start, end, draw(texts), (1, 2), -0.5, 1.5, draw(probabilities | st.none()), 0.0)
        segments.append(Segment(f"s{n}", start, end, draw(texts), (word,), draw(sources), decode))
    return Transcript(draw(names), draw(tracks), tuple(segments))


@st.composite
def media_documents(draw: st.DrawFn) -> Media:
    return Media(
        container=draw(texts),
        duration_seconds=draw(st.floats(0, 10**6)),
        start_timestamp_seconds=draw(st.floats(-100, 100)),
        streams=(
            Stream("video:0", 0, "video", draw(texts), frame_rate=draw(st.sampled_from(["25/1", "24000/1001"]))),
            Stream("audio:0", 1, "audio", draw(texts), title=draw(texts), channels=2),
        ),
        speech_audio=draw(tracks),
        chapters=(Chapter("chapter:0", 0.0, draw(st.floats(0, 100)), draw(texts)),),
        clip_end=draw(st.none() | st.floats(0.001, 1000)),
    )


readabilities = st.builds(
    Readability,
    language_code=names,
    cue_count=st.integers(1, 100),
    characters_per_second_median=st.floats(0, 10),
    characters_per_second_maximum=st.floats(10, 100),
    findings=st.just((Finding("GAP", "c1", 0.04, 0.08, "too near"),)),
)
documents = cues_documents() | speech_documents() | transcripts() | media_documents() | readabilities


@given(documents)
def test_a_document_comes_back_as_it_went(document: Cues | Speech | Transcript | Media | Readability) -> None:
    data = to_json(document)
    assert from_json(type(document), data) == document
    assert to_json(from_json(type(document), data)) == data


@given(documents)
def test_bytes_are_canonical(document: Cues | Speech | Transcript | Media | Readability) -> None:
    data = to_json(document)
    plain = json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False, indent=1)
    assert data.decode() == plain + "\n"


def test_equal_documents_are_equal_bytes_whatever_zero_was_written() -> None:
    whole = dataclasses.replace(ONE_CUE.cues[0], start=0)
    negative = dataclasses.replace(ONE_CUE.cues[0], start=-0.0)
    variants = [Cues("en", (cue,)) for cue in (ONE_CUE.cues[0], whole, negative)]
    assert len({to_json(document) for document in variants}) == 1


def test_sources_are_written_as_from() -> None:
    value = json.loads(to_json(ONE_CUE))["cues"][0]
    assert value["from"] == ["w1", "w2"]
    assert "sources" not in value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"from"', '"sources"'),
        ('"number": 1', '"number": "1"'),
        ('"number": 1', '"number": 1.0'),
        ('"number": 1', '"number": true'),
        ('"number": 1', '"number": 1, "colour": "red"'),
        ('"start": 0.0', '"start": "0.0"'),
        ('"start": 0.0', '"start": null'),
        ('"end": 1.5', '"end": NaN'),
        ('"end": 1.5', '"end": Infinity'),
        ('"end": 1.5', '"end": 1e999'),
        ('"end": 1.5,', ""),
        ('"language_code": "en"', '"language_code": 7'),
        ("{", "["),
    ],
)
def test_what_is_not_exactly_the_document_is_refused(old: str, new: str) -> None:
    data = to_json(ONE_CUE).decode().replace(old, new, 1).encode()
    with pytest.raises(DocumentError):
        from_json(Cues, data)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"null", b'"cuegraph.cues/1"'])
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        from_json(Cues, data)


def test_a_newer_version_is_named_rather_than_called_broken() -> None:
    newer = to_json(ONE_CUE).replace(b"cuegraph.cues/1", b"cuegraph.cues/2").replace(b'"number"', b'"ordinal"')
    with pytest.raises(DocumentError, match=r"cuegraph\.cues/2.*cuegraph\.cues/1"):
        from_json(Cues, newer)


def test_another_kind_of_document_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"cuegraph\.cues/1.*cuegraph\.transcript/1"):
        from_json(Transcript, to_json(ONE_CUE))


def test_a_document_without_its_schema_is_refused() -> None:
    value = json.loads(to_json(ONE_CUE))
    del value["schema"]
    with pytest.raises(DocumentError):
        from_json(Cues, json.dumps(value).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"lines": ["a list"]},
        {"end": float("nan")},
        {"end": float("inf")},
        {"sources": ("\ud800",)},
        {"id": 1},
    ],
)
def test_what_could_not_be_read_back_is_not_written(change: dict[str, object]) -> None:
    cue = dataclasses.replace(ONE_CUE.cues[0], **change)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DocumentError):
        to_json(Cues("en", (cue,)))


@pytest.mark.parametrize("kind", [Cues, Media, Readability, Speech, Transcript])
def test_the_schema_describes_every_property(kind: type) -> None:
    schema = json_schema(kind)
    assert schema["additionalProperties"] is False
    assert "sources" not in json.dumps(schema)
