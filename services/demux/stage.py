"""Demux: takes the audio and the description out of a film."""

from __future__ import annotations

from dataclasses import dataclass

from services.documents.codec import to_json
from services.documents.media import MEDIA_TYPE, AudioTrack
from services.runtime.errors import InvalidSetting, NoAudioStream
from services.runtime.ffprobe import MediaFacts, quoted
from services.runtime.media import check_whole, clip_of, probe
from services.runtime.stage import Input, Output, Run, Stage

from .choice import choose_stream, describe
from .document import media_document
from .extract import Extraction, Target, count_samples, extract, first_sample, full_target, speech_target


@dataclass(frozen=True)
class DemuxSettings:
    sample_rate: int = 16_000
    """Samples per second of the speech audio, in Hz, 8,000 to 192,000."""
    audio_stream: int | None = None
    """Position of the audio stream to take, from 0 among the audio streams; null: by language, else the default one."""
    audio_language: str = ""
    """BCP-47 tag that the audio stream must have, or no tag at all; empty: any."""
    preferred_language: str = ""
    """BCP-47 tag of the audio stream to take if there is one and nothing else chooses; empty: no preference."""
    start: float | None = None
    """Film time in seconds at which the clip begins; null: the film's beginning."""
    end: float | None = None
    """Film time in seconds at which the clip ends; null: the film's end."""
    full_audio: bool = False
    """Whether to write the audio in stereo with all frequencies too, for the separation of voices from music."""

    def __post_init__(self) -> None:
        if not 8_000 <= self.sample_rate <= 192_000:
            raise InvalidSetting(f"sample_rate={self.sample_rate} is not in 8000 to 192000 Hz; speech wants 16000")


class Demux(Stage[DemuxSettings]):
    name = "demux"
    version = "1"
    inputs = (Input("media"),)
    outputs = (
        Output("speech_audio", "audio/wav"),
        Output("full_audio", "audio/flac", optional=True),
        Output("media_document", MEDIA_TYPE),
    )
    libraries = ("ffmpeg", "ffmpeg-python")

    def run(self, run: Run[DemuxSettings]) -> None:
        facts = probe(run.input("media"), progress=run.progress)
        position = _choose(run, facts)
        clip = clip_of(facts, run.settings.start, run.settings.end)
        check_whole(facts, progress=run.progress)
        extraction = Extraction(facts, facts.of_kind("audio")[position], clip)
        targets = _targets(run, extraction, f"audio:{position}")
        _warn_of_faults(run, extract(extraction, targets, progress=run.progress))
        track = AudioTrack(
            stream=f"audio:{position}",
            start=first_sample(clip, run.settings.sample_rate) / run.settings.sample_rate,
            sample_rate=run.settings.sample_rate,
            sample_count=count_samples(extraction, targets[0], progress=run.progress),
        )
        document = run.output("media_document", "media.json")
        document.write_bytes(to_json(media_document(facts, track, clip)))


def _choose(run: Run[DemuxSettings], facts: MediaFacts) -> int:
    """Position of the stream to take among the audio streams; warns if others could be meant as well."""
    streams, settings = facts.of_kind("audio"), run.settings
    if not streams:
        raise NoAudioStream(f"{quoted(facts.path)} has no audio stream; there is nothing to transcribe in it")
    choice = choose_stream(streams, settings.audio_stream, settings.audio_language, settings.preferred_language)
    if choice.is_assumed:
        run.warn(
            "AUDIO_STREAM_ASSUMED",
            f"took audio stream {choice.position} of {describe(streams)}; audio_stream or audio_language takes another",
        )
    return choice.position


def _targets(run: Run[DemuxSettings], extraction: Extraction, stream: str) -> list[Target]:
    speech = speech_target(run.output("speech_audio", "audio.wav", stream=stream), run.settings.sample_rate)
    if not run.settings.full_audio:
        return [speech]
    return [speech, full_target(run.output("full_audio", "full.flac", stream=stream), extraction.stream)]


def _warn_of_faults(run: Run[DemuxSettings], faults: int) -> None:
    if faults:
        run.warn("MEDIA_FAULTS", f"ffmpeg met {faults} faults in the film; what it cannot decode is silence")
