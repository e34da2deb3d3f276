"""Spans of lyrics follow from pitch, music and text as their evidence says."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.documents.film import Film, Song
from services.documents.lyrics import Lyrics, Span
from services.documents.media import AudioTrack
from services.documents.transcript import Transcript
from services.lyrics.settings import LyricsSettings
from services.lyrics.spans import find_lyrics
from services.lyrics.stems import HOP_SECONDS, Frames
from tests.hard_film import Part
from tests.spoken_parts import transcript_of

TRACK = AudioTrack("audio:0", 0.0, 16_000, 16_000 * 60)
SETTINGS = LyricsSettings()
MELODY = np.repeat([60.0, 64.0, 67.0, 65.0], 25)


def frames(music_from: float = 0.0, music_to: float = 60.0, pitches: object = MELODY) -> Frames:
    """A minute in which the voice has these pitches, again and again, and music plays between two times."""
    count = round(60 / HOP_SECONDS)
    time = np.arange(count) * HOP_SECONDS
    music = np.where((time >= music_from) & (time < music_to), -30.0, -120.0).astype(np.float32)
    pitch = np.resize(np.asarray(pitches, np.float32), count)
    return Frames(0.0, np.full(count, -20.0, np.float32), music, pitch)


def said(*parts: tuple[float, float, str]) -> Transcript:
    return transcript_of([Part("speech", start, end, "", text) for start, end, text in parts], TRACK)


def sung(transcript: Transcript, heard: Frames, film: Film | None = None) -> list[Span]:
    return [span for span in find_lyrics(transcript, heard, film, SETTINGS).spans if span.kind == "singing"]


LINE = said((10.0, 16.0, "we will walk on sea and sand"))


def test_a_melody_of_held_notes_is_sung_with_music_and_without() -> None:
    assert [span.sources for span in sung(LINE, frames())] == [("segment:0",)]
    assert sung(LINE, frames(50.0, 60.0))


def test_one_held_note_is_no_melody() -> None:
    assert sung(LINE, frames(pitches=[60.0])) == []


def test_a_voice_without_pitch_does_not_sing() -> None:
    assert sung(LINE, frames(pitches=[float("nan")])) == []


def test_what_separation_left_between_words_is_not_the_voice() -> None:
    heard = frames()
    loud = np.arange(len(heard.vocals)) % 25 < 8
    vocals = np.where(loud, -20.0, -60.0).astype(np.float32)
    assert sung(LINE, Frames(0.0, vocals, heard.music, heard.pitch)) == []


def weight(span: Span, name: str) -> float:
    return next(evidence.weight for evidence in span.evidence if evidence.name == name)


def test_a_chorus_speaks_for_singing() -> None:
    text = "let the river run home"
    once, twice = said((10.0, 14.0, text)), said((10.0, 14.0, text), (20.0, 24.0, text.upper() + "!"))
    assert weight(sung(once, frames())[0], "repetition") == 0 < weight(sung(twice, frames())[0], "repetition")


def film(seconds: float) -> Film:
    song = Song("song:0", "Home", ("tmdb:1",), duration_seconds=seconds)
    return Film("T", "T", "en", 1999, "tmdb", "1", datetime(2020, 1, 1, tzinfo=UTC), soundtrack=(song,))


def test_a_song_of_the_soundtrack_speaks_for_singing_if_it_is_as_long_as_the_music() -> None:
    heard = frames(5.0, 35.0)
    assert weight(sung(LINE, heard, film(31.0))[0], "soundtrack") > 0
    assert weight(sung(LINE, heard, film(200.0))[0], "soundtrack") == 0


def test_speech_under_music_is_no_lyric_whatever_else_speaks_for_it() -> None:
    text = "let the river run home"
    transcript = said((10.0, 14.0, text), (20.0, 24.0, text))
    glides = np.concatenate([np.linspace(55, 62, 12), np.linspace(64, 58, 12)])
    assert sung(transcript, frames(5.0, 35.0, glides), film(30.0)) == []


def test_music_alone_is_what_words_leave_of_the_music() -> None:
    found = find_lyrics(LINE, frames(4.0, 30.0), None, SETTINGS)
    assert [(span.kind, span.start, span.end) for span in found.spans] == [
        ("music", 4.0, 10.0),
        ("singing", 10.0, 16.0),
        ("music", 16.0, 30.0),
    ]


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.5, 15)), max_size=6).map(sorted),
    st.floats(0, 60),
    st.floats(0, 60),
)
def test_spans_never_overlap(places: list[tuple[float, float]], music_from: float, music_to: float) -> None:
    transcript = said(*((start, start + length, "sing of the sea and sand") for start, length in places))
    ordered = sorted(transcript.words, key=lambda word: word.start)
    assert len(ordered) == 6 * len(places)
    found: Lyrics = find_lyrics(transcript, frames(music_from, music_to), None, SETTINGS)
    found.check()
