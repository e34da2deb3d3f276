"""What a file's own header says it should hold, where ffprobe trusts the size of the file instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

_UNKNOWN_SIZE = 0xFFFF_F000
"""Writers that cannot go back leave about the largest size in a RIFF header."""


def riff_bytes(path: Path) -> int | None:
    """The size that the header of a WAV or AVI declares; None for other files or if it does not know."""
    with path.open("rb") as file:
        header = file.read(8)
    size = int.from_bytes(header[4:], "little")
    return size if header[:4] == b"RIFF" and 0 < size < _UNKNOWN_SIZE else None


def is_cut_mp4(path: Path) -> bool:
    """Whether this is an MP4 whose last box is cut or whose index (`moov`) never came."""
    size, offset, kinds = path.stat().st_size, 0, []
    with path.open("rb") as file:
        while offset < size:
            file.seek(offset)
            length, kind = _box(file.read(16), size - offset)
            kinds.append(kind)
            offset += length
            if kinds[0] != b"ftyp":
                return False
    return offset > size or b"moov" not in kinds


def is_put_together(path: Path) -> bool:
    """Whether the edit list of a track of an MP4 shows several pieces of it one after the other."""
    with path.open("rb") as file:
        lists = _inside(file, (0, path.stat().st_size), (b"moov", b"trak", b"edts", b"elst"))
        return any(_has_pieces(file, start) for start, _ in lists)


def _inside(file: BinaryIO, span: tuple[int, int], kinds: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes begin and end to which this path of kinds leads."""
    if not kinds:
        yield span
        return
    start, end = span
    while start < end:
        file.seek(start)
        length, kind = _box(file.read(16), end - start)
        if kind == kinds[0]:
            yield from _inside(file, (start + 8, start + length), kinds[1:])
        start += length


def _has_pieces(file: BinaryIO, start: int) -> bool:
    """Whether an edit list (ISO/IEC 14496-12, 8.6.6) has several entries that are not empty: media time -1."""
    file.seek(start)
    header = file.read(8)
    size, time = (20, slice(8, 16)) if header[:1] == b"\x01" else (12, slice(4, 8))
    entries = islice(iter(partial(file.read, size), b""), int.from_bytes(header[4:]))
    shown = (entry for entry in entries if int.from_bytes(entry[time], signed=True) != -1)
    return len(list(islice(shown, 2))) > 1


def _box(header: bytes, rest: int) -> tuple[int, bytes]:
    """Length in bytes and kind of a box (ISO/IEC 14496-12, 4.2); a length of 0 means up to the end of the file.

    A length that cannot be is taken as 8, so that a walk over boxes always gets on.
    """
    length, kind = int.from_bytes(header[:4]), header[4:8]
    if length == 1:
        length = int.from_bytes(header[8:16])
    return max(length or rest, 8), kind
