"""The whole pipeline on a film with two speakers, speech over music, a song, music alone and silence: real models."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jiwer
import pytest

from services.documents.cues import Cue
from services.documents.removals import Removals
from services.documents.speakers import Speakers
from services.documents.transcript import Transcript, Word
from services.documents.translation import Translation
from services.runtime.media import probe
from tests.cuegraph import cuegraph
from tests.hard_film import Part
from tests.hard_job import TARGETS, Made
from tests.readings import normalised

MOST_WRONG = 0.15
"""Word error rate of what is spoken, music under a third of it included."""


pytestmark = pytest.mark.timeout(900)


def test_every_stage_is_done_and_says_how(made: Made) -> None:
    statuses = {(stage["name"], stage["shard"]): stage["status"] for stage in made.told["stages"]}
    assert statuses.pop(("metadata", "_")) == "SKIPPED"
    assert set(statuses.values()) == {"SUCCEEDED"}
    assert {("translation", "pt"), ("subtitles", "es"), ("separation", "_"), ("lyrics", "_")} <= statuses.keys()


def test_what_is_spoken_is_written_down_over_music_too(made: Made) -> None:
    spoken = [part for part in made.film.parts if part.kind in ("speech", "speech_over_music")]
    heard = tuple(made.document(Transcript, "10_hallucination/transcript.json").words)
    found = [[word for word in heard if part.start <= middle(word) <= part.end] for part in spoken]
    said = " ".join(part.text for part in spoken)
    error = jiwer.wer(said, normalised(" ".join(word.text for words in found for word in words)))
    assert error <= MOST_WRONG


def test_nothing_is_said_where_nobody_speaks(made: Made) -> None:
    quiet = [part for part in made.film.parts if part.kind in ("music", "silence")]
    words = made.document(Transcript, "10_hallucination/transcript.json").words
    assert [word for word in words for part in quiet if part.start <= middle(word) <= part.end] == []


def test_what_is_sung_is_set_as_lyrics_and_speech_over_music_is_not(made: Made) -> None:
    (song,) = made.film.of_kind("singing")
    assert any(cue.lyric for cue in within(made.cues(), song))
    over_music = [cue for part in made.film.of_kind("speech_over_music") for cue in within(made.cues(), part)]
    assert over_music
    assert not any(cue.lyric for cue in over_music)
    assert "♪" in next(path for path in made.delivered(".en.srt")).read_text()


def test_the_two_speakers_are_told_apart(made: Made) -> None:
    words = list(made.document(Transcript, "10_hallucination/transcript.json").words)
    voices = {
        name: {word.speaker for part in made.film.parts if part.speaker == name for word in words if inside(word, part)}
        for name in ("reader", "guest")
    }
    assert made.document(Speakers, "06_diarization/speakers.json").turns
    assert voices["reader"].isdisjoint(voices["guest"])


@pytest.mark.parametrize("target", TARGETS)
def test_each_translation_says_something_else_in_every_sentence(made: Made, target: str) -> None:
    translation = made.document(Translation, f"11_translation/{target}/translation.json")
    assert translation.sentences
    assert translation.untranslated_share == 0
    assert any("Dashwood" in sentence.text for sentence in translation.sentences)


def test_what_was_removed_is_nowhere_downstream(made: Made) -> None:
    removals = made.document(Removals, "10_hallucination/removals.json").removals
    removed = {source for removal in removals for source in removal.sources}
    kept = made.document(Transcript, "10_hallucination/transcript.json")
    assert removed.isdisjoint(source for word in kept.words for source in word.sources)
    assert {source for cue in made.cues() for source in cue.sources} <= {word.id for word in kept.words}


def test_the_film_has_a_track_for_every_language(made: Made) -> None:
    for extension in (".mkv", ".mp4"):
        (film,) = made.delivered(extension)
        tracks = probe(film).of_kind("subtitle")
        assert [track.language for track in tracks] == ["eng", "por", "spa"]


def test_a_portuguese_cue_leads_to_its_words_its_region_its_stem_and_the_film(made: Made) -> None:
    name = made.told["job"]
    ran = cuegraph("lineage", "trace", name, "--cue", "1", "--language", "pt", "--store", made.store, "--json")
    trace = ran.json
    assert trace["sentences"][0]["source_text"].lower().startswith("and")
    assert trace["words"][0]["recognised"]
    assert trace["regions"][0]["from"] == ["audio:0"]
    assert (trace["audio"]["role"], trace["audio"]["stage"]) == ("vocals", "separation")
    assert [step["stage"] for step in trace["steps"]] == [
        "subtitles", "translation", "hallucination", "alignment", "asr", "vad", "separation", "demux",
    ]  # fmt: skip
    (reading, *_) = made.film.of_kind("speech")
    assert reading.start - 0.5 <= trace["span"]["start"] <= reading.end


def test_the_lineage_holds_and_the_quality_is_judged(made: Made) -> None:
    verified = cuegraph("lineage", "verify", made.told["job"], "--store", made.store)
    assert verified.code == 0, verified.stdout
    assert made.told["quality"]["verdict"] == "good", json.dumps(made.told["quality"], indent=1)


def test_burned_in_the_cues_are_seen(made: Made, tmp_path: Path) -> None:
    (ass,) = made.delivered(".en.ass")
    cue = made.cues()[0]
    moment = (cue.start + cue.end) / 2
    plain = frame(made.film.path, moment, tmp_path / "plain.png")
    shown = frame(made.film.path, moment, tmp_path / "shown.png", f"ass={ass.name}", cwd=ass.parent)
    assert plain != shown


def middle(word: Word) -> float:
    return (word.start + word.end) / 2


def inside(word: Word, part: Part) -> bool:
    return part.start <= middle(word) <= part.end


def within(cues: tuple[Cue, ...], part: Part) -> Iterator[Cue]:
    return (cue for cue in cues if part.start <= (cue.start + cue.end) / 2 <= part.end)


def frame(film: Path, moment: float, picture: Path, look: str = "null", cwd: Path | None = None) -> bytes:
    """One frame of the film as it is shown at a moment, in seconds, as the bytes of a PNG."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(film), "-vf", look, "-ss", f"{moment:.3f}", "-frames:v", "1", str(picture)],
        check=True, cwd=cwd, timeout=120,
    )  # fmt: skip
    return picture.read_bytes()


def test_the_job_wrote_down_all_that_it_should(made: Made) -> None:
    ran = cuegraph("audit", made.told["job"], "--store", made.store, "--json")
    assert ran.code == 0, ran.stdout
    assert ran.json["percent"] == 100
