"""What documents promise beyond their types: every broken promise is refused, by the name of the element."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.codec import DocumentError, from_json, to_json
from services.documents.cues import Cue, Cues, Finding, Readability
from services.documents.media import AudioTrack, Chapter, Media, Stream
from services.documents.speech import Region, Speech
from services.documents.transcript import Segment, Transcript, Word

TRACK = AudioTrack("audio:0", 0.25, 16_000, 160_000)
MEDIA = Media(
    "matroska,webm",
    10.25,
    0.0,
    (Stream("video:0", 0, "video", "h264", frame_rate="25/1"), Stream("audio:0", 1, "audio", "aac")),
    TRACK,
    (Chapter("chapter:0", 0.0, 5.0), Chapter("chapter:1", 5.0, 10.0)),
)
SPEECH = Speech(
    TRACK,
    (
        Region("r1", 1.25, 2.25, 16_000, 32_000, 0.9, ("audio:0",)),
        Region("r2", 2.25, 3.25, 32_000, 48_000, 0.9, ("audio:0",)),
    ),
)
TRANSCRIPT = Transcript(
    "en",
    TRACK,
    (
        Segment(
            "s1",
            1.0,
            2.0,
            "Good day.",
            (
                Word("w1", "Good", 1.0, 1.5, "decoded", 0.9, ("r1",)),
                Word("w2", "day.", 1.5, 1.5, "decoded", None, ("r1",)),
            ),
            ("r1",),
        ),
        Segment("s2", 2.0, 3.0, "", (), ("r2",)),
    ),
)
CUES = Cues(
    "en",
    (Cue("c1", 1, 1.0, 2.0, ("Good", "day."), ("w1", "w2")), Cue("c2", 2, 2.0, 3.0, ("Bye.",), ("w3",))),
)
READABILITY = Readability("en", 1, 10.0, 20.0, (Finding("GAP", "c1", 0.04, 0.08, "too near"),))

Breakage = tuple[object, str, dict[str, Any], str]
"""A document, the path of an element in its JSON, what to change there, and what the error must name."""

BREAKAGES: list[Breakage] = [
    (CUES, "cues.1", {"id": "c1"}, "'c1'"),
    (CUES, "cues.1", {"id": ""}, "''"),
    (CUES, "cues.1", {"from": []}, "'c2'"),
    (CUES, "cues.1", {"from": [""]}, "'c2'"),
    (CUES, "cues.1", {"from": ["w3", "w3"]}, "'c2'"),
    (CUES, "cues.1", {"end": 2.0}, "'c2'"),
    (CUES, "cues.1", {"start": 1.999}, "'c2'"),
    (CUES, "cues.1", {"number": 3}, "'c2'"),
    (CUES, "cues.0", {"start": -0.5}, "'c1'"),
    (CUES, "cues.0", {"start": 1.0001}, "'c1'"),
    (CUES, "cues.0", {"lines": []}, "'c1'"),
    (CUES, "cues.0", {"lines": ["Good", " "]}, "'c1'"),
    (CUES, "cues.0", {"lines": ["Good\nday."]}, "'c1'"),
    (CUES, "cues.0", {"lines": ["Good\u2028day."]}, "'c1'"),
    (CUES, "", {"language_code": ""}, "language"),
    (READABILITY, "", {"language_code": ""}, "language"),
    (READABILITY, "", {"characters_per_second_median": 21.0}, "median"),
    (READABILITY, "", {"cue_count": 0}, "findings"),
    (READABILITY, "findings.0", {"cue": ""}, "too near"),
    (SPEECH, "regions.1", {"id": "r1"}, "'r1'"),
    (SPEECH, "regions.1", {"from": []}, "'r2'"),
    (SPEECH, "regions.1", {"start": 2.0, "start_sample": 28_000}, "'r2'"),
    (SPEECH, "regions.1", {"end": 2.25}, "'r2'"),
    (SPEECH, "regions.1", {"end": 3.3}, "'r2'"),
    (SPEECH, "regions.1", {"start_sample": -1}, "'r2'"),
    (SPEECH, "regions.1", {"end_sample": 160_001}, "'r2'"),
    (SPEECH, "regions.1", {"confidence": 1.1}, "'r2'"),
    (SPEECH, "audio", {"sample_rate": 0}, "0 Hz"),
    (TRANSCRIPT, "segments.1", {"id": "w1"}, "'w1'"),
    (TRANSCRIPT, "segments.1", {"from": []}, "'s2'"),
    (TRANSCRIPT, "segments.1", {"end": 2.0}, "'s2'"),
    (TRANSCRIPT, "segments.1", {"start": 0.9}, "'s2'"),
    (TRANSCRIPT, "segments.0.words.1", {"id": "w1"}, "'w1'"),
    (TRANSCRIPT, "segments.0.words.1", {"from": []}, "'w2'"),
    (TRANSCRIPT, "segments.0.words.1", {"start": 0.9}, "'w2'"),
    (TRANSCRIPT, "segments.0.words.1", {"end": 1.4}, "'w2'"),
    (TRANSCRIPT, "segments.0.words.1", {"text": ""}, "'w2'"),
    (TRANSCRIPT, "segments.0.words.1", {"text": " day."}, "'w2'"),
    (TRANSCRIPT, "segments.0.words.1", {"probability": -0.1}, "'w2'"),
    (TRANSCRIPT, "", {"language_code": ""}, "language"),
    (MEDIA, "streams.1", {"id": "video:0"}, "'video:0'"),
    (MEDIA, "streams.0", {"frame_rate": "0/0"}, "'video:0'"),
    (MEDIA, "streams.0", {"frame_rate": "fast"}, "'video:0'"),
    (MEDIA, "streams.1", {"kind": "subtitle"}, "'audio:0'"),
    (MEDIA, "speech_audio", {"stream": "audio:7"}, "'audio:7'"),
    (MEDIA, "speech_audio", {"sample_count": -1}, "-1 samples"),
    (MEDIA, "chapters.1", {"start": -1.0}, "'chapter:1'"),
    (MEDIA, "chapters.1", {"end": 4.0}, "'chapter:1'"),
    (MEDIA, "", {"duration_seconds": -1.0}, "-1.0 s"),
    (MEDIA, "", {"clip_start": 5.0, "clip_end": 5.0}, "clip"),
    (MEDIA, "", {"clip_start": -5.0}, "clip"),
]


def _changed(document: Any, path: str, change: dict[str, Any]) -> bytes:
    value = json.loads(to_json(document))
    element = value
    for step in filter(None, path.split(".")):
        element = element[int(step) if step.isdigit() else step]
    element.update(change)
    return json.dumps(value).encode()


@pytest.mark.parametrize("document", [CUES, READABILITY, SPEECH, TRANSCRIPT, MEDIA], ids=lambda d: d.schema)
def test_a_document_that_keeps_its_promises_is_read(document: Any) -> None:
    assert from_json(type(document), to_json(document)) == document


@pytest.mark.parametrize(
    ("document", "path", "change", "named"),
    BREAKAGES,
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_broken_promise_is_refused_by_name(document: Any, path: str, change: dict[str, Any], named: str) -> None:
    with pytest.raises(DocumentError) as caught:
        from_json(type(document), _changed(document, path, change))
    assert named in str(caught.value)


def _track(lengths: list[tuple[int, int]]) -> Cues:
    cues, now = [], 0
    for number, (length, gap) in enumerate(lengths, 1):
        start = now + gap
        now = start + length
        cues.append(Cue(f"c{number}", number, start / 1000, now / 1000, ("Text.",), (f"w{number}",)))
    return Cues("en", tuple(cues))


_BREAK: dict[str, Callable[[Cue, Cue], dict[str, Any]]] = {
    "overlap": lambda earlier, _: {"start": earlier.start},
    "backwards": lambda _, later: {"end": later.start},
    "same id": lambda earlier, _: {"id": earlier.id},
    "no source": lambda *_: {"sources": ()},
    "wrong number": lambda earlier, _: {"number": earlier.number},
}


@pytest.mark.parametrize("breakage", _BREAK)
@given(
    lengths=st.lists(st.tuples(st.integers(1, 9_000), st.integers(0, 9_000)), min_size=2, max_size=8),
    data=st.data(),
)
def test_one_broken_cue_anywhere_is_found(breakage: str, lengths: list[tuple[int, int]], data: st.DataObject) -> None:
    track = _track(lengths)
    track.check()
    place = data.draw(st.integers(1, len(track.cues) - 1))
    change = _BREAK[breakage](track.cues[place - 1], track.cues[place])
    wrong = dataclasses.replace(track.cues[place], **change)
    with pytest.raises(DocumentError, match=repr(wrong.id)):
        Cues("en", (*track.cues[:place], wrong, *track.cues[place + 1 :])).check()
