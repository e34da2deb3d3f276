"""Each word of a transcript is either kept or listed as removed, and never both; the stage says how many."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.documents import codec
from services.documents.lyrics import Lyrics, Span
from services.documents.media import AudioTrack
from services.documents.removals import Removals
from services.documents.speech import Region, Speech
from services.documents.transcript import Decode, Segment, Transcript, Word
from services.hallucination.cleaning import clean
from services.hallucination.passages import Context
from services.hallucination.settings import HallucinationSettings
from services.hallucination.stage import Hallucination
from services.runtime.testing import RecordedRun, make_run

RATE = 16_000
TRACK = AudioTrack("audio:0", 0.0, RATE, RATE * 100)
VOCABULARY = ("no.", "thank", "you.", "here", "Привет", "-", "bye!")


def a_segment(number: int, start: float, texts: list[str], probability: float, compression: float) -> Segment:
    words = tuple(
        Word(f"word:{number}.{n}", text, start + n / 10, start + n / 10 + 0.1, "aligned", probability, ("region:0",))
        for n, text in enumerate(texts)
    )
    decode = Decode(start, start + 5, "", (), -0.5, compression, 0.1, 0.0)
    return Segment(f"segment:{number}", start, start + 5, " ".join(texts), words, ("region:0",), decode)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    texts = draw(st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=30), max_size=12))
    return Transcript(
        "en",
        TRACK,
        tuple(
            a_segment(n, n * 5.0, said, draw(st.sampled_from((0.2, 0.9))), draw(st.sampled_from((1.2, 9.0))))
            for n, said in enumerate(texts)
        ),
    )


places = st.none() | st.tuples(st.integers(0, 60), st.integers(1, 30))


def region(place: tuple[int, int] | None) -> tuple[Region, ...]:
    if place is None:
        return ()
    start, end = place[0], place[0] + place[1]
    return (Region("region:0", float(start), float(end), start * RATE, end * RATE, 0.9, ("audio:0",)),)


def span(place: tuple[int, int] | None) -> tuple[Span, ...]:
    if place is None:
        return ()
    return (Span("lyric:0", float(place[0]), float(sum(place)), "singing", 0.9, "stems", (), ("segment:0",)),)


@given(transcripts(), places, places)
def test_kept_and_removed_words_are_all_words_and_no_word_is_both(
    heard: Transcript, spoken: tuple[int, int] | None, sung: tuple[int, int] | None
) -> None:
    kept, gone = clean(heard, Context(HallucinationSettings(), region(spoken), span(sung), TRACK.end))
    kept.check()
    gone.check()
    removed = [word for removal in gone.removals for word in removal.sources]
    left = [word.id for word in kept.words]
    assert sorted(removed + left) == sorted(word.id for word in heard.words)
    assert "".join(segment.text for segment in kept.segments).replace(" ", "") == "".join(it.text for it in kept.words)


def run_stage(folder: Path, heard: Transcript, *, lyrics: Lyrics | None = None) -> RecordedRun[HallucinationSettings]:
    inputs = {
        "transcript": codec.to_json(heard),
        "speech": codec.to_json(Speech(TRACK, region((0, 12)))),
        **({"lyrics": codec.to_json(lyrics)} if lyrics else {}),
    }
    run = make_run(Hallucination(), inputs=inputs, folder=folder)
    Hallucination().run(run)
    return run


def said(*lines: str) -> Transcript:
    return Transcript("en", TRACK, tuple(a_segment(n, 5.0 * n, line.split(), 0.9, 1.2) for n, line in enumerate(lines)))


def test_removals_are_counted_and_warned_of(tmp_path: Path) -> None:
    run = run_stage(tmp_path, said("we are here", "come in now", "and go", "nobody says this", "nor that"))
    assert [code for code, _ in run.warnings] == ["LINES_REMOVED", "MUCH_REMOVED"]
    (output,) = (output for output in run.outputs if output.role == "removals")
    assert output.attributes == {"removals": "2", "words": "5"}
    removals = codec.from_json(Removals, run.written("removals").read_bytes())
    assert [removal.text for removal in removals.removals] == ["nobody says this", "nor that"]


def test_a_clean_transcript_passes_without_a_word_and_music_marks_nothing(tmp_path: Path) -> None:
    music = Span("lyric:0", 0.0, 20.0, "music", 1.0, "stems", (), ("audio:0",))
    run = run_stage(tmp_path, said("we are here", "come in now"), lyrics=Lyrics((music,)))
    kept = codec.from_json(Transcript, run.written("transcript").read_bytes())
    assert run.warnings == []
    assert [word.lyric for word in kept.words] == [None] * 6


def test_an_empty_transcript_stays_empty(tmp_path: Path) -> None:
    run = run_stage(tmp_path, said())
    assert codec.from_json(Transcript, run.written("transcript").read_bytes()).segments == ()
    assert run.warnings == []
