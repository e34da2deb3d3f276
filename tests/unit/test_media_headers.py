"""What a file's own header declares, where ffprobe believes the file's size."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.runtime.headers import is_cut_mp4, riff_bytes


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
