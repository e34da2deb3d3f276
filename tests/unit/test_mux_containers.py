"""What becomes of each stream of a film in Matroska and in MP4."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.mux.containers import MKV, MP4, Container, left_out, place
from services.mux.subtitles import recognise
from services.runtime.ffprobe import Kind, StreamFacts

PLAIN = StreamFacts(
    index=0,
    kind="video",
    codec="h264",
    language="und",
    title="",
    is_default=False,
    is_picture=False,
    start_offset_seconds=0.0,
    duration_seconds=None,
    channels=None,
    sample_rate=None,
    width=None,
    height=None,
    frame_rate=None,
)


def stream(kind: Kind, codec: str, *, is_picture: bool = False) -> StreamFacts:
    return replace(PLAIN, kind=kind, codec=codec, is_picture=is_picture)


def placed(container: Container, *streams: StreamFacts, cut: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    return [(item.stream.codec, item.codec) for item in place(streams, container, cut)]


@pytest.mark.parametrize(
    ("kind", "codec", "in_mkv", "in_mp4"),
    [
        ("video", "h264", "copy", "copy"),
        ("video", "theora", "copy", "libx264"),
        ("audio", "aac", "copy", "copy"),
        ("audio", "vorbis", "copy", "aac"),
        ("audio", "pcm_bluray", "aac", "aac"),
        ("subtitle", "subrip", "copy", "mov_text"),
        ("subtitle", "mov_text", "subrip", "copy"),
        ("subtitle", "ass", "copy", "mov_text"),
        ("subtitle", "hdmv_pgs_subtitle", "copy", None),
        ("subtitle", "dvb_teletext", None, None),
        ("attachment", "ttf", "copy", None),
        ("other", "bin_data", None, None),
    ],
)
def test_a_stream_is_copied_where_it_can_be(kind: Kind, codec: str, in_mkv: str | None, in_mp4: str | None) -> None:
    for container, written in ((MKV, in_mkv), (MP4, in_mp4)):
        assert placed(container, stream(kind, codec)) == ([(codec, written)] if written else [])


def test_what_is_seen_or_heard_and_left_out_is_named() -> None:
    streams = [stream("subtitle", "dvb_teletext"), stream("other", "bin_data"), stream("video", "h264")]
    assert [s.codec for s in left_out(streams, MP4)] == ["dvb_teletext"]


def test_pictures_come_before_sound_before_subtitles_and_covers_are_no_streams() -> None:
    cover = stream("video", "png", is_picture=True)
    streams = [stream("subtitle", "subrip"), cover, stream("audio", "aac"), stream("video", "h264")]
    for container in (MKV, MP4):
        assert [codec for codec, _ in placed(container, *streams)] == ["h264", "aac", "subrip"]


def test_a_cut_encodes_pictures_and_sound_and_nothing_else() -> None:
    film = stream("video", "h264"), stream("audio", "opus"), stream("subtitle", "subrip"), stream("audio", "ac3")
    streams = [replace(it, index=index) for it, index in zip(film, (0, 2, 2, 3), strict=True)]
    assert placed(MKV, *streams, cut=frozenset({0, 2})) == [
        ("h264", "libx264"),
        ("opus", "aac"),
        ("ac3", "copy"),
        ("subrip", "copy"),
    ]


@pytest.mark.parametrize(
    ("text", "recognised"),
    [
        ("", ("srt", 0)),
        ("1\n00:00:01,000 --> 00:00:02,000\na --> b\n", ("srt", 1)),
        ("WEBVTT\n\n00:01.000 --> 00:02.000 align:start\nx\n\n01:00:01.000 --> 01:00:02.000\ny\n", ("webvtt", 2)),
        ("[Script Info]\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,x\nComment: y\n", ("ass", 1)),
    ],
)
def test_the_format_and_the_cues_of_a_subtitle_file_are_recognised(text: str, recognised: tuple[str, int]) -> None:
    assert recognise(text) == recognised
