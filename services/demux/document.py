"""From what a container says about itself to the media document. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from services.documents.media import AudioTrack, Chapter, Media, Stream
from services.runtime.ffprobe import MediaFacts, StreamFacts
from services.runtime.media import Clip


def media_document(facts: MediaFacts, audio: AudioTrack, clip: Clip | None) -> Media:
    return Media(
        container=facts.container,
        duration_seconds=facts.duration_seconds,
        start_timestamp_seconds=facts.start_timestamp_seconds,
        streams=tuple(_streams(facts.streams)),
        speech_audio=audio,
        chapters=tuple(
            Chapter(id=f"chapter:{n}", start=chapter.start, end=chapter.end, title=chapter.title)
            for n, chapter in enumerate(facts.chapters)
        ),
        clip_start=clip.start if clip else None,
        clip_end=clip.end if clip else None,
    )


def _streams(streams: Iterable[StreamFacts]) -> Iterator[Stream]:
    seen: Counter[str] = Counter()
    for stream in streams:
        kind = "other" if stream.kind == "attachment" else stream.kind
        yield _stream(f"{kind}:{seen[kind]}", stream)
        seen[kind] += 1


def _stream(identity: str, stream: StreamFacts) -> Stream:
    return Stream(
        id=identity,
        index=stream.index,
        kind="other" if stream.kind == "attachment" else stream.kind,
        codec=stream.codec,
        language_code=stream.language,
        title=stream.title,
        is_default=stream.is_default,
        start_offset_seconds=stream.start_offset_seconds,
        duration_seconds=stream.duration_seconds,
        channels=stream.channels,
        sample_rate=stream.sample_rate,
        width=stream.width,
        height=stream.height,
        frame_rate=stream.frame_rate,
    )
