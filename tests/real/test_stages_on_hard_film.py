"""On a real film with real models: the song is set as a song, what was made up is gone, all that was said is left."""

from __future__ import annotations

import pytest

from coordinator.quality.verdict import judge
from services.documents import codec
from services.documents.cues import Cues
from services.documents.lyrics import Lyrics
from services.documents.removals import Removals
from services.documents.speech import Region, Speech
from services.documents.transcript import Transcript
from tests.hard_film import HardFilm, Part
from tests.stage_chain import Chain, material

ASR = {"model": "whisper-tiny.en", "language": "en", "compute_type": "int8"}
ALIGNMENT = {"engine": "pocketsphinx", "model": "pocketsphinx-en-us"}


@pytest.fixture(scope="module")
def chain(hard_film: HardFilm, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The film, as far as subtitles, with stems that were really separated."""
    chain = Chain(tmp_path_factory.mktemp("chain") / "hard", hard_film.path)
    sound = {"speech_audio": "demux.speech_audio", "media": "demux.media_document"}
    chain.run("demux", {"full_audio": True}, media="film")
    chain.run("separation", full_audio="demux.full_audio", media="demux.media_document")
    chain.run("vad", {"window_step_seconds": 2.0}, **sound, vocals="separation.speech_vocals")
    chain.run("asr", ASR, **sound, speech="vad.speech", vocals="separation.speech_vocals")
    chain.run("alignment", ALIGNMENT, speech_audio="demux.speech_audio", transcript="asr.transcript")
    chain.run(
        "lyrics",
        transcript="alignment.transcript",
        vocals="separation.vocals",
        accompaniment="separation.accompaniment",
        media="demux.media_document",
    )
    chain.run("hallucination", transcript="alignment.transcript", speech="vad.speech", lyrics="lyrics.lyrics")
    chain.run("subtitles", {"formats": ["srt"]}, transcript="hallucination.transcript", media="demux.media_document")
    return chain


def test_song_and_music_are_found_in_separated_stems(chain: Chain, hard_film: HardFilm) -> None:
    spans = chain.document("lyrics.lyrics", Lyrics).spans
    wanted = [*hard_film.of_kind("singing"), *hard_film.of_kind("music")]
    assert [span.kind for span in spans] == [part.kind for part in wanted]
    for span, part in zip(spans, wanted, strict=True):
        assert abs(span.start - part.start) < 0.7
        assert abs(span.end - part.end) < 0.7


def test_cues_of_the_song_are_lyrics_and_no_others(chain: Chain, hard_film: HardFilm) -> None:
    (song,) = hard_film.of_kind("singing")
    cues = chain.document("subtitles.cues", Cues).cues
    assert any(cue.lyric for cue in cues)
    assert [cue.lyric for cue in cues] == [is_in(cue.start + cue.duration / 2, song) for cue in cues]


def is_in(time: float, part: Part) -> bool:
    return part.start - 0.5 <= time <= part.end + 0.5


def test_nothing_that_was_said_is_removed(chain: Chain) -> None:
    assert chain.document("hallucination.removals", Removals).removals == ()


def test_the_result_is_good(chain: Chain) -> None:
    quality = judge(material(chain))
    assert (quality.verdict, quality.reasons) == ("good", ())


@pytest.mark.parametrize("regions", ["vad.speech", "listened"])
def test_what_a_recogniser_makes_up_for_music_and_silence_is_gone(
    made_up: Chain, deaf: list[Part], regions: str
) -> None:
    """Whether the regions say that nobody speaks there, or are wrong too."""
    made_up.run("hallucination", transcript="asr.transcript", speech=regions, lyrics="lyrics.lyrics")
    before = made_up.document("asr.transcript", Transcript)
    after = made_up.document("hallucination.transcript", Transcript)
    never_said = {word.id for word in before.words if any(is_in((word.start + word.end) / 2, part) for part in deaf)}
    assert never_said
    assert {word.id for word in after.words} == {word.id for word in before.words} - never_said


@pytest.fixture(scope="module")
def deaf(hard_film: HardFilm) -> list[Part]:
    """Where nobody says anything."""
    return [*hard_film.of_kind("music"), *hard_film.of_kind("silence")]


@pytest.fixture(scope="module")
def made_up(chain: Chain, deaf: list[Part]) -> Chain:
    """Recognition is made to listen where nobody speaks, and not to listen twice."""
    listened = chain.folder.parent / "listened.json"
    listened.write_bytes(codec.to_json(with_regions(chain.document("vad.speech", Speech), deaf)))
    other = Chain(chain.folder.parent / "made-up", chain.media, dict(chain.runs), {"listened": listened})
    plain = ASR | {"redecode": False, "max_gap_seconds": 0.5}
    other.run("asr", plain, speech_audio="demux.speech_audio", media="demux.media_document", speech="listened")
    return other


def with_regions(speech: Speech, parts: list[Part]) -> Speech:
    """The same with regions over these parts."""
    added = [(speech.audio.sample(part.start + 0.2), speech.audio.sample(part.end - 0.2)) for part in parts]
    old = [(region.start_sample, region.end_sample) for region in speech.regions]
    regions = tuple(
        Region(f"region:{n}", speech.audio.time(first), speech.audio.time(end), first, end, 0.9, (speech.audio.stream,))
        for n, (first, end) in enumerate(sorted([*old, *added]))
    )
    return Speech(speech.audio, regions)
