"""Mux: puts subtitle tracks into a film."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.documents.codec import reader
from services.documents.cues import Cues
from services.documents.media import Media
from services.runtime.errors import InvalidDocument, InvalidRequest, InvalidSetting, unknown_name
from services.runtime.ffprobe import MediaFacts
from services.runtime.languages import UNDETERMINED
from services.runtime.media import Clip, probe
from services.runtime.stage import Input, Output, Run, Stage
from services.runtime.tools import run_tool
from services.runtime.transcode import Share, run_ffmpeg

from .command import PICTURE_FILES, Cover, Muxing, mux_command, picture_command
from .containers import CONTAINERS, COPY, MKV, MP4, Container, left_out, place
from .edits import trimmed_streams
from .packets import comparable, packet_hashes
from .shown import contradiction, cues_of_file
from .subtitles import Subtitles, cut_subtitles, read_subtitles
from .tracks import Presentation, default_position, language_title, present
from .verify import Verification


@dataclass(frozen=True)
class MuxSettings:
    languages: tuple[str, ...] = ()
    """BCP-47 tags of the subtitles, in their order; not needed where cues documents come with them."""
    containers: tuple[str, ...] = ("mkv", "mp4")
    """Which films to write: `mkv`, `mp4`."""
    default_language: str = ""
    """BCP-47 tag of the track that is shown by default; empty: the first."""
    forced: tuple[str, ...] = ()
    """BCP-47 tags of the tracks that are shown though nobody asked for subtitles."""
    titles: tuple[str, ...] = ()
    """Titles of tracks as `tag=title`, e.g. `pt-BR=Português`; the others are called by their languages."""

    def __post_init__(self) -> None:
        for name in self.containers:
            if name not in CONTAINERS:
                raise unknown_name("container", name, CONTAINERS)
        asked = self.presentation
        for tag in (asked.default_language or UNDETERMINED, *asked.forced, *asked.titles):
            language_title(tag)

    @property
    def presentation(self) -> Presentation:
        """What is asked of the tracks. Raises InvalidSetting for a title without a language."""
        titles = dict(_title(entry) for entry in self.titles)
        return Presentation(self.default_language, self.forced, titles)


def _title(entry: str) -> tuple[str, str]:
    tag, _, title = entry.partition("=")
    if not tag or not title:
        raise InvalidSetting(f"setting mux.titles: {entry!r} names no language or no title; write tag=title")
    return tag, title


class Mux(Stage[MuxSettings]):
    name = "mux"
    version = "3"
    inputs = (
        Input("media"),
        Input("media_document"),
        Input("subtitles", many=True),
        Input("cues", optional=True, many=True),
    )
    outputs = (
        Output("mkv", MKV.media_type, optional=True),
        Output("mp4", MP4.media_type, optional=True),
    )
    libraries = ("ffmpeg", "ffmpeg-python")

    def run(self, run: Run[MuxSettings]) -> None:
        facts = probe(run.input("media"), progress=run.progress)
        clip = _clip(run.read("media_document", reader(Media)))
        tracks = _present(run, _in_film(run, _tracks(run), clip))
        muxings = [_plan(run, CONTAINERS[name], facts, clip, tracks) for name in run.settings.containers]
        hashes = _copied_hashes(run, muxings)
        for position, muxing in enumerate(muxings):
            _write(run, muxing, position, hashes)


def _clip(document: Media) -> Clip | None:
    if document.clip_start is None or document.clip_end is None:
        return None
    return Clip(document.clip_start, document.clip_end)


def _tracks(run: Run[MuxSettings]) -> list[Subtitles]:
    """The subtitles with their languages, in film time. Raises InvalidRequest if these are not given for each."""
    paths, documents = run.inputs("subtitles"), _documents(run)
    languages = [document.language_code for document in documents] or list(run.settings.languages)
    if len(paths) != len(languages):
        given = "cues documents" if documents else "languages (setting mux.languages) and no cues documents"
        raise InvalidRequest(
            f"mux got {len(paths)} subtitles and {len(languages)} {given}; give a cues document, or else a language, "
            "for each subtitle file, in their order"
        )
    tracks = [read_subtitles(path, language) for path, language in zip(paths, languages, strict=True)]
    for track, document in zip(tracks, documents, strict=False):
        _check_document(run, track, document)
    return tracks


def _documents(run: Run[MuxSettings]) -> list[Cues]:
    read = reader(Cues)
    try:
        return [read(path.read_bytes()) for path in run.inputs("cues")]
    except ValueError as error:
        raise InvalidDocument(f"mux cannot read one of its cues documents: {error}") from error


def _check_document(run: Run[MuxSettings], track: Subtitles, document: Cues) -> None:
    """Raises InvalidDocument if a subtitle file is not the one that the document is about."""
    shown = cues_of_file(track, run.scratch("given.srt"), progress=run.progress) if track.cue_count else []
    if problem := contradiction(document, shown):
        raise InvalidDocument(
            f"the subtitles {track.path.name!r} are not those of their cues document ({track.language_tag}): {problem}"
            "; give the documents in the order of the files"
        )


def _in_film(run: Run[MuxSettings], tracks: Sequence[Subtitles], clip: Clip | None) -> list[Subtitles]:
    """The subtitles that have cues, in the time of the film that is written; a warning for each that has none."""
    if clip is not None:
        tracks = [cut_subtitles(it, clip, run.scratch(f"subtitles{n}.txt")) for n, it in enumerate(tracks)]
    for track in tracks:
        if track.cue_count == 0:
            run.warn("SUBTITLES_EMPTY", f"the subtitles in {track.language_tag} have no cues and are left out")
    return [track for track in tracks if track.cue_count]


def _present(run: Run[MuxSettings], tracks: Sequence[Subtitles]) -> list[Subtitles]:
    """The tracks with titles and flags; a warning if the one that was to be the default is not there."""
    asked = run.settings.presentation
    if asked.default_language and default_position(tracks, asked.default_language) < 0:
        instead = f"{tracks[0].language_tag} is the default" if tracks else "there is none at all"
        run.warn("DEFAULT_TRACK_MISSING", f"no track is in {asked.default_language}; {instead}")
    return present(tracks, asked)


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
        covers=_covers(run, facts),
    )
    _warn_of_changes(run, muxing, trimmed)
    return muxing


def _covers(run: Run[MuxSettings], facts: MediaFacts) -> list[Cover]:
    """Takes the still pictures out of the film: a cut has none in it, and Matroska wants them as attached files."""
    covers = []
    for stream in facts.streams:
        if stream.is_picture and stream.codec in PICTURE_FILES:
            form = PICTURE_FILES[stream.codec]
            path = run.scratch(f"cover{stream.index}.{form.suffix}")
            run_tool(picture_command(facts, stream.index, path), progress=run.progress)
            covers.append(Cover(path, form))
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


def _copied_hashes(run: Run[MuxSettings], muxings: Sequence[Muxing]) -> dict[int, str]:
    """The hashes of what is copied of the film, by its index: taken once for all containers."""
    copied = {index for muxing in muxings if not muxing.clip for index in comparable(muxing.facts, muxing.placed)}
    return packet_hashes(run.input("media"), sorted(copied), run.scratch("film.hash"), progress=run.progress)


def _write(run: Run[MuxSettings], muxing: Muxing, position: int, hashes: Mapping[int, str]) -> None:
    """Writes the film at this position among those that are asked for, and looks at what was written."""
    languages = ",".join(track.language_tag for track in muxing.subtitles)
    path = run.output(muxing.container.name, f"film.{muxing.container.name}", subtitles=languages)
    total = muxing.seconds * len(run.settings.containers)
    share = Share(muxing.seconds, before=muxing.seconds * position, total=total)
    run_ffmpeg(mux_command(muxing, path), share, progress=run.progress)
    copied = {index: hashes[index] for index in hashes if index in comparable(muxing.facts, muxing.placed)}
    Verification(muxing, path, copied, run.scratch, run.progress).run()
