"""What a command line names: films, folders of films, and transcripts that Cuegraph wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from services.runtime.errors import InvalidRequest

from ..intake import GLOSSARIES

MEDIA_EXTENSIONS = frozenset(
    f".{ending}"
    for ending in (
        *("3gp", "asf", "avi", "dv", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv"),
        *("ts", "vob", "webm", "wmv"),
        *("aac", "ac3", "aiff", "amr", "caf", "flac", "m4a", "mka", "mp3", "oga", "ogg", "opus", "wav", "wma"),
    )
)
"""Endings by which films and recordings are found in a folder; a file that is named may have any."""

_GLOSSARY = "_glossary"


def films(named: Sequence[Path]) -> list[Path]:
    """The files that are meant, each once: a folder stands for the media in it and below it, sorted by name.

    Raises InvalidRequest for a folder without any.
    """
    return list(dict.fromkeys(film for path in named for film in _films_of(path)))


def is_batch(named: Sequence[Path]) -> bool:
    """Whether more than one film may be meant."""
    return len(named) > 1 or any(path.is_dir() for path in named)


def subject_of(path: Path) -> str:
    """`transcript` for a document, `film` for anything else."""
    return "transcript" if path.suffix.lower() == ".json" else "film"


def glossary(text: str) -> tuple[str, Path]:
    """What a glossary is for, as pipelines call it, and its file, of `film=terms.tsv` or `terms.tsv` (of the job)."""
    level, equals, file = text.partition("=")
    if equals and f"{level}{_GLOSSARY}" in GLOSSARIES:
        return f"{level}{_GLOSSARY}", Path(file)
    return f"job{_GLOSSARY}", Path(text)


def _films_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(it for it in path.rglob("*") if it.suffix.lower() in MEDIA_EXTENSIONS and _is_film(it, path))
    if not found:
        raise InvalidRequest(f"there are no films or recordings in the folder {str(path)!r}; name the files themselves")
    yield from found


def _is_film(path: Path, folder: Path) -> bool:
    """Whether it is a file that nobody hid, and not one that another program is still writing as `.name.mkv`."""
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
