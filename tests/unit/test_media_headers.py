"""What a file's own header declares, where ffprobe believes the file's size."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.runtime.headers import is_cut_mp4, is_put_together, riff_bytes


def box(kind: bytes, size: int, *, declared: int | None = None) -> bytes:
    return (declared if declared is not None else size).to_bytes(4) + kind + bytes(size - 8)


def long_box(kind: bytes, size: int) -> bytes:
    return (1).to_bytes(4) + kind + size.to_bytes(8) + bytes(size - 16)


@pytest.mark.parametrize(
    ("boxes", "is_cut"),
    [
        ([box(b"ftyp", 16), box(b"moov", 40), box(b"mdat", 60)], False),
        ([box(b"ftyp", 16), long_box(b"mdat", 60), box(b"moov", 40)], False),
        ([box(b"ftyp", 16), box(b"moov", 40), box(b"mdat", 60, declared=0)], False),
        ([box(b"ftyp", 16), box(b"mdat", 60)], True),
        ([box(b"ftyp", 16), box(b"mdat", 60), box(b"moov", 40, declared=400)], True),
        ([box(b"free", 16)], False),
    ],
)
def test_an_mp4_is_cut_if_a_box_is_short_or_the_index_is_missing(
    tmp_path: Path, boxes: list[bytes], is_cut: bool
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(boxes))
    assert is_cut_mp4(path) is is_cut


@pytest.mark.parametrize(
    ("header", "declared"),
    [
        (b"RIFF\x10\x00\x00\x00WAVE", 16),
        (b"RIFF\xff\xff\xff\xffWAVE", None),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"OggS\x10\x00\x00\x00", None),
        (b"RI", None),
    ],
)
def test_a_riff_header_says_how_much_there_should_be(tmp_path: Path, header: bytes, declared: int | None) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(header)
    assert riff_bytes(path) == declared


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_can_be_asked(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(b"\x00\x00\x00\x10ftyp" + data)
    is_cut_mp4(path)
    riff_bytes(path)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(("times", "several"), [((1024,), False), ((-1, 1024), False), ((-1, 1024, 90_000), True)])
def test_the_pieces_of_a_track_are_its_edits_that_are_not_empty(
    tmp_path: Path, version: int, times: tuple[int, ...], several: bool
) -> None:
    def packed(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", len(body) + 8, kind) + body

    entry = ">qqi" if version else ">iii"
    edits = b"".join(struct.pack(entry, 1000, time, 0x10000) for time in times)
    edit_list = packed(b"elst", bytes([version, 0, 0, 0]) + struct.pack(">I", len(times)) + edits)
    track = packed(b"trak", packed(b"tkhd", b"x" * 84) + packed(b"edts", edit_list))
    path = tmp_path / "film.mp4"
    path.write_bytes(packed(b"ftyp", b"isom") + packed(b"moov", packed(b"trak", b"") + track) + packed(b"mdat", b""))
    assert is_put_together(path) is several


@pytest.mark.parametrize("data", [b"no boxes at all", (24).to_bytes(4) + b"moov" + (8).to_bytes(4) + b"trak"])
def test_a_file_without_edit_lists_has_no_pieces(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    assert not is_put_together(path)


def test_a_cut_edit_list_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(
        b"".join(size.to_bytes(4) + kind for size, kind in ((900, b"moov"), (800, b"trak"), (700, b"edts")))
        + (600).to_bytes(4) + b"elst" + bytes(4) + b"\xff" * 4 + bytes(12)
    )  # fmt: skip
    assert not is_put_together(path)
