"""Transcripts for tests: words of any text, spoken at an even pace."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from services.documents.cues import Cues
from services.documents.media import AudioTrack, Media, Stream
from services.documents.transcript import Segment, Transcript, Word
from services.subtitles.layout import lay_out
from services.subtitles.rules import Rules
from services.subtitles.units import units_of_words

TRACK = AudioTrack("audio:0", 0.0, 16_000, 16_000 * 7200)
FILM = Media(
    container="matroska,webm",
    duration_seconds=7200.0,
    start_timestamp_seconds=0.0,
    streams=(Stream("video:0", 0, "video", "h264", frame_rate="25/1"), Stream("audio:0", 1, "audio", "aac")),
    speech_audio=TRACK,
)


def word(number: int, text: str, start: float, end: float) -> Word:
    return Word(f"w{number}", text, start, end, "aligned", 0.9, (f"r{number}",))


def spoken(text: str, *, start: float = 1.0, seconds_per_character: float = 0.07, pause: float = 0.02) -> list[Word]:
    """The words of a text; `|` stands for a silence of 1.5 seconds."""
    words: list[Word] = []
    for part in text.split():
        if part == "|":
            start += 1.5
            continue
        end = round(start + len(part) * seconds_per_character, 3)
        words.append(word(len(words) + 1, part, start, end))
        start = round(end + pause, 3)
    return words


def laid_out(words: Sequence[Word], language_code: str, end_ms: int, rules: Rules) -> Cues:
    """The cues of a transcript's words."""
    return lay_out(units_of_words(words, language_code), language_code, end_ms, rules).cues


def transcript_of(words: Sequence[Word], language_code: str = "en") -> Transcript:
    """The words as a transcript of one segment, or of none if there are no words."""
    if not words:
        return Transcript(language_code, TRACK, ())
    end = max(it.end for it in words)
    text = " ".join(it.text for it in words)
    return Transcript(language_code, TRACK, (Segment("s1", words[0].start, end, text, tuple(words), ("r1",)),))


_texts = st.one_of(
    st.text("abcdefghij", min_size=1, max_size=12),
    st.text("abc.,?!-'\"<>&{}\\", min_size=1, max_size=8),
    st.text(min_size=1, max_size=6),
    st.sampled_from(
        [
            "and",
            "the",
            "of",
            "But",
            "x" * 43,
            "y" * 200,
            "नमस्ते",
            "مرحبا",
            "今日は",
            "👩‍👩‍👧",
            "C:\\new",
            "-->",
            "e\u0301" * 60,
        ]
    ),
).map(lambda text: text.strip() or "x")


@st.composite
def any_words(draw: st.DrawFn) -> list[Word]:
    """Words of any text at any pace: long, of no duration, all at once, overlapping, far apart."""
    words, now = [], draw(st.integers(0, 3000))
    for number in range(1, draw(st.integers(0, 25)) + 1):
        length = draw(st.sampled_from([0, 1, 60, 300, 900]) | st.integers(0, 12_000))
        words.append(word(number, draw(_texts), now / 1000, (now + length) / 1000))
        now += draw(st.sampled_from([0, length, length, length + 40, length + 600, length + 3000]))
    return words
