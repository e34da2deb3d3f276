"""Mux: puts subtitle tracks into a film."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from services.documents.codec import reader
from services.documents.media import Media
from services.runtime.errors import InvalidRequest, unknown_name
from services.runtime.ffprobe import MediaFacts
from services.runtime.media import Clip, probe
from services.runtime.stage import Input, Output, Run, Stage
from services.runtime.tools import run_tool
from services.runtime.transcode import Share, run_ffmpeg

from .command import PICTURE_TYPES, Cover, Muxing, mux_command, picture_command
from .containers import CONTAINERS, COPY, MKV, MP4, Container, left_out, place
from .edits import trimmed_streams
from .subtitles import Subtitles, cut_subtitles, read_subtitles
from .verify import verify


@dataclass(frozen=True)
class MuxSettings:
    languages: tuple[str, ...] = ()
    """BCP-47 tags of the subtitles, in their order."""
    containers: tuple[str, ...] = ("mkv", "mp4")
    """Which films to write: `mkv`, `mp4`."""

    def __post_init__(self) -> None:
        for name in self.containers:
            if name not in CONTAINERS:
                raise unknown_name("container", name, CONTAINERS)


class Mux(Stage[MuxSettings]):
    name = "mux"
    version = "1"
    inputs = (Input("media"), Input("media_document"), Input("subtitles", many=True))
    outputs = (
        Output("mkv", MKV.media_type, optional=True),
        Output("mp4", MP4.media_type, optional=True),
    )
    libraries = ("ffmpeg", "ffmpeg-python")

    def run(self, run: Run[MuxSettings]) -> None:
        facts = probe(run.input("media"), progress=run.progress)
        clip = _clip(run.read("media_document", reader(Media)))
        subtitles = _subtitles(run, clip)
        for position, name in enumerate(run.settings.containers):
            _write(run, _plan(run, CONTAINERS[name], facts, clip, subtitles), position)


def _clip(document: Media) -> Clip | None:
    if document.clip_start is None or document.clip_end is None:
        return None
    return Clip(document.clip_start, document.clip_end)


def _subtitles(run: Run[MuxSettings], clip: Clip | None) -> list[Subtitles]:
    """The subtitles that have cues, in the time of the film that is written; a warning for each that has none."""
    paths, languages = run.inputs("subtitles"), run.settings.languages
    if len(paths) != len(languages):
        raise InvalidRequest(
            f"mux got {len(paths)} subtitles and {len(languages)} languages; name one language for each file, in order"
        )
    tracks = [read_subtitles(path, language) for path, language in zip(paths, languages, strict=True)]
    if clip is not None:
        tracks = [cut_subtitles(it, clip, run.scratch(f"subtitles{n}.txt")) for n, it in enumerate(tracks)]
    for track in tracks:
        if track.cue_count == 0:
            run.warn("SUBTITLES_EMPTY", f"the subtitles in {track.language_tag} have no cues and are left out")
    return [track for track in tracks if track.cue_count]


def _plan(
    run: Run[MuxSettings],
    container: Container,
    facts: MediaFacts,
    clip: Clip | None,
    subtitles: list[Subtitles],
) -> Muxing:
    trimmed = trimmed_streams(facts, run.progress, at_beginning=not container.holds_edits)
    cut = {stream.index for stream in facts.streams} if clip else trimmed
    muxing = Muxing(
        facts=facts,
        placed=place(facts.streams, container, cut),
        subtitles=subtitles,
        container=container,
        clip=clip,
        covers=_covers(run, container, facts),
    )
    _warn_of_changes(run, muxing, trimmed)
    return muxing


def _covers(run: Run[MuxSettings], container: Container, facts: MediaFacts) -> list[Cover]:
    """Takes the still pictures out of the film for a container that wants them as attached files."""
    covers = []
    for stream in facts.streams if container.holds_attachments else ():
        if stream.is_picture and stream.codec in PICTURE_TYPES:
            suffix, media_type = PICTURE_TYPES[stream.codec]
            path = run.scratch(f"cover{stream.index}.{suffix}")
            run_tool(picture_command(facts, stream.index, path), progress=run.progress)
            covers.append(Cover(path, media_type))
    return covers


def _warn_of_changes(run: Run[MuxSettings], muxing: Muxing, trimmed: Collection[int]) -> None:
    name = muxing.container.name.upper()
    for stream in left_out(muxing.facts.streams, muxing.container):
        run.warn("STREAM_LEFT_OUT", f"{name} cannot hold stream {stream.index} ({stream.kind}, {stream.codec})")
    for item in muxing.placed:
        if item.codec != COPY and item.stream.kind in ("video", "audio") and muxing.clip is None:
            what = "hide what was trimmed off" if item.stream.index in trimmed else "hold"
            run.warn(
                "STREAM_REENCODED",
                f"{name} cannot {what} stream {item.stream.index} ({item.stream.codec}); it became {item.codec}",
            )


def _write(run: Run[MuxSettings], muxing: Muxing, position: int) -> None:
    """Writes the film at this position among those that are asked for, and looks at what was written."""
    languages = ",".join(track.language_tag for track in muxing.subtitles)
    path = run.output(muxing.container.name, f"film.{muxing.container.name}", subtitles=languages)
    total = muxing.seconds * len(run.settings.containers)
    share = Share(muxing.seconds, before=muxing.seconds * position, total=total)
    run_ffmpeg(mux_command(muxing, path), share, progress=run.progress)
    verify(muxing, path, progress=run.progress)
