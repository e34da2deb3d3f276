"""What a file's own header says it should hold, where ffprobe trusts the size of the file instead."""

from __future__ import annotations

from pathlib import Path

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


def _box(header: bytes, rest: int) -> tuple[int, bytes]:
    """Length in bytes and kind of a box (ISO/IEC 14496-12, 4.2); a length of 0 means up to the end of the file.

    A length that cannot be is taken as 8, so that a walk over boxes always gets on.
    """
    length, kind = int.from_bytes(header[:4]), header[4:8]
    if length == 1:
        length = int.from_bytes(header[8:16])
    return max(length or rest, 8), kind
