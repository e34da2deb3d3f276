"""Media that cannot be used is refused before anything begins, by code, with the file and the remedy named."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.demux.stage import Demux
from services.runtime.errors import CuegraphError
from services.runtime.media import check_media, clip_of, probe
from services.runtime.testing import make_run
from tests.film import ffmpeg
from tests.odd_media import (
    HOSTILE_NAMES,
    Beep,
    beep_film,
    beginning_at,
    concat_script,
    cut_off,
    hls_playlist,
    pictures_only,
    tones,
)

SECONDS = 20.0


def refusal(path: Path, *, start: float | None = None) -> CuegraphError:
    with pytest.raises(CuegraphError) as refused:
        check_media(path, start=start)
    return refused.value


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Whole recordings of twenty seconds, by suffix; `index.mp4` has its index at the end."""
    folder = tmp_path_factory.mktemp("whole")
    films = {suffix: tones(folder / f"tone.{suffix}", SECONDS) for suffix in ("wav", "mp3", "flac")}
    films["mkv"] = beep_film(folder / "film.mkv", Beep(seconds=SECONDS, codec="aac"))
    films["index.mp4"], films["mp4"] = folder / "index.mp4", folder / "film.mp4"
    ffmpeg("-i", str(films["mkv"]), "-c", "copy", str(films["index.mp4"]))
    ffmpeg("-i", str(films["mkv"]), "-c", "copy", "-movflags", "faststart", str(films["mp4"]))
    films["avi"] = folder / "film.avi"
    ffmpeg("-i", str(films["mkv"]), "-c:v", "mpeg4", "-c:a", "libmp3lame", str(films["avi"]))
    return films


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "no such film.mkv")
    assert error.code == "MEDIA_NOT_FOUND"
    assert "no such film.mkv" in str(error)


@pytest.mark.parametrize("name", ["x" * 256, "a/b/c.mkv", "nul\0l.mkv"])
def test_a_name_that_cannot_be_is_not_found_or_not_readable(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / name).code in {"MEDIA_NOT_FOUND", "MEDIA_NOT_READABLE"}


def test_a_folder_is_no_film(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "MEDIA_IS_FOLDER"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mkv")
    assert refusal(tmp_path / "pipe.mkv").code == "MEDIA_NOT_READABLE"


def test_a_circle_of_links_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.mkv").symlink_to(tmp_path / "a.mkv")
    assert refusal(tmp_path / "a.mkv").code == "MEDIA_NOT_READABLE"


def test_a_file_without_permission_is_refused(tmp_path: Path, whole: dict[str, Path]) -> None:
    film = Path(shutil.copy(whole["mkv"], tmp_path / "film.mkv"))
    film.chmod(0)
    if os.geteuid() != 0:
        assert refusal(film).code == "MEDIA_NOT_READABLE"
        return
    # Root may read everything, so somebody else has to try.
    script = (
        "import os, sys; from pathlib import Path; from services.runtime import media, errors\n"
        "os.chmod(sys.argv[2], 0o755); os.seteuid(65534)\n"
        "try: media.check_file(Path(sys.argv[1]))\n"
        "except errors.CuegraphError as error: print(error.code)"
    )
    folder = Path(tmp_path.anchor) / "tmp" / f"cuegraph-{os.getpid()}"
    folder.mkdir()
    try:
        moved = Path(shutil.move(film, folder / "film.mkv"))
        said = subprocess.run(
            [sys.executable, "-c", script, str(moved), str(folder)], capture_output=True, text=True, check=True
        )
    finally:
        shutil.rmtree(folder)
    assert said.stdout.strip() == "MEDIA_NOT_READABLE"


def test_zero_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "film.mkv").touch()
    assert refusal(tmp_path / "film.mkv").code == "MEDIA_EMPTY"


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "wav", "mp3", "ts", "txt", "srt", "aac"])
def test_text_is_no_film_whatever_it_is_called(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nDear diary, this is no film.\n" * 50)
    assert refusal(path).code == "MEDIA_UNREADABLE"


def test_a_picture_is_no_film(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", "-frames:v", "1", str(tmp_path / "a.png"))
    shutil.move(tmp_path / "a.png", tmp_path / "film.mp4")
    assert refusal(tmp_path / "film.mp4").code == "MEDIA_UNREADABLE"


def test_pictures_without_sound_are_refused(tmp_path: Path) -> None:
    assert refusal(pictures_only(tmp_path / "film.mp4")).code == "MEDIA_WITHOUT_AUDIO"


@pytest.mark.parametrize("suffix", ["mp4", "index.mp4", "mkv", "wav", "mp3", "flac", "avi"])
@pytest.mark.parametrize("share", [0.8, 0.5])
def test_a_truncated_film_is_refused_and_the_whole_one_is_not(
    tmp_path: Path, whole: dict[str, Path], suffix: str, share: float
) -> None:
    assert check_media(whole[suffix]).duration_seconds == pytest.approx(SECONDS, abs=0.1)
    error = refusal(cut_off(tmp_path / f"film.{suffix}", whole[suffix], share))
    assert error.code == "MEDIA_TRUNCATED"
    assert f"film.{suffix}" in str(error)


FRAGMENTED = ("-movflags", "frag_keyframe+delay_moov")


@pytest.mark.parametrize(
    ("suffix", "options"), [("mkv", ()), ("mp4", ()), ("mp4", FRAGMENTED), ("ts", ()), ("nut", ()), ("flv", ())]
)
@pytest.mark.parametrize("start", [3.0, 100.0])
def test_a_film_lasts_as_long_whatever_time_it_begins_at(
    tmp_path: Path, whole: dict[str, Path], suffix: str, options: tuple[str, ...], start: float
) -> None:
    film = beginning_at(tmp_path / f"film.{suffix}", whole["mp4"], start, *options)
    facts = check_media(film)
    assert facts.start_timestamp_seconds == pytest.approx(start, abs=1.5)
    assert facts.duration_seconds == pytest.approx(SECONDS, abs=0.1)
    assert [s.duration_seconds for s in facts.streams if s.duration_seconds] == pytest.approx(
        [SECONDS for s in facts.streams if s.duration_seconds], abs=0.3
    )


def test_a_length_that_does_not_count_from_zero_is_taken_as_it_is(tmp_path: Path, whole: dict[str, Path]) -> None:
    film = beginning_at(tmp_path / "film.mkv", whole["mp4"], 3.0)
    data = bytearray(film.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration, 8 bytes, in milliseconds
    data[at : at + 8] = struct.pack(">d", SECONDS * 1000)  # as mkvmerge declares it
    film.write_bytes(data)
    assert check_media(film).duration_seconds == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_truncated_film_is_refused_whatever_time_it_begins_at(
    tmp_path: Path, whole: dict[str, Path], suffix: str
) -> None:
    film = beginning_at(tmp_path / f"whole.{suffix}", whole["mp4"], 100.0, "-movflags", "faststart")
    assert refusal(cut_off(tmp_path / f"film.{suffix}", film)).code == "MEDIA_TRUNCATED"


def test_demux_itself_refuses_a_truncated_film(tmp_path: Path, whole: dict[str, Path]) -> None:
    film = cut_off(tmp_path / "film.mkv", whole["mkv"])
    with pytest.raises(CuegraphError) as failure:
        Demux().run(make_run(Demux(), inputs={"media": film}, folder=tmp_path))
    assert failure.value.code == "MEDIA_TRUNCATED"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_works_and_stays_on_one_line_of_a_message(
    tmp_path: Path, whole: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    film = Path(name)
    shutil.copy(whole["mkv"], tmp_path / name)
    assert check_media(film).of_kind("audio")
    Demux().run(make_run(Demux(), inputs={"media": film}, folder=tmp_path))
    assert "\n" not in str(refusal(film, start=99.0))


def test_a_name_that_is_no_text_works(tmp_path: Path, whole: dict[str, Path]) -> None:
    film = Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin-\xe9.mkv"))
    shutil.copy(whole["mkv"], film)
    assert check_media(film).of_kind("audio")


@pytest.mark.parametrize(("start", "end"), [(5.0, 4.0), (5.0, 5.0), (None, 20.5), (20.5, None), (-1.0, 3.0)])
def test_a_clip_outside_the_film_is_refused_with_the_film_s_length(
    whole: dict[str, Path], start: float | None, end: float | None
) -> None:
    with pytest.raises(CuegraphError) as failure:
        check_media(whole["mp4"], start=start, end=end)
    assert failure.value.code == "CLIP_OUT_OF_RANGE"
    assert "20.0" in str(failure.value)


def test_a_clip_may_end_where_the_film_ends(whole: dict[str, Path]) -> None:
    facts = probe(whole["mp4"])
    clip = clip_of(facts, 3.0, facts.duration_seconds + 0.0005)
    assert clip is not None
    assert clip.end == facts.duration_seconds


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that must never hear anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def reaching_out(folder: Path, url: str, secret: Path) -> dict[str, Path]:
    """Files that ffmpeg would follow to the network or to another file if it were let."""
    dash = folder / "dash.mpd"
    dash.write_text(
        '<?xml version="1.0"?>'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">'
        '<Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1">'
        f"<BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    )
    sdp = folder / "film.sdp"
    sdp.write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n")
    return {
        "an HLS playlist of a network address": hls_playlist(folder / "net.m3u8", [url]),
        "an HLS playlist called mp4": hls_playlist(folder / "net.mp4", [url]),
        "an HLS playlist called mkv": hls_playlist(folder / "net.mkv", [url]),
        "an HLS playlist of a local file": hls_playlist(folder / "local.mp4", [str(secret)]),
        "an HLS playlist of a local URL": hls_playlist(folder / "url.mp4", [f"file://{secret}"]),
        "an HLS playlist through concat": hls_playlist(folder / "cc.mp4", [f"concat:{secret}|{url}"]),
        "an HLS playlist through subfile": hls_playlist(folder / "sf.mp4", [f"subfile,,start,0,end,0,,:{secret}"]),
        "a concat script of a local file": concat_script(folder / "concat.mkv", [str(secret)]),
        "a concat script of a network address": concat_script(folder / "concat.mp4", [url]),
        "a DASH manifest": dash,
        "a DASH manifest called mp4": Path(shutil.copy(dash, folder / "dash.mp4")),
        "an SDP description": sdp,
    }


def test_no_playlist_reaches_the_network_or_another_file(
    tmp_path: Path, whole: dict[str, Path], listener: socket.socket
) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/film.ts"
    for what, path in reaching_out(tmp_path, url, whole["mp4"]).items():
        assert refusal(path).code == "MEDIA_UNREADABLE", what
        with pytest.raises(CuegraphError):
            Demux().run(make_run(Demux(), inputs={"media": path}, folder=tmp_path / what))
    with pytest.raises(BlockingIOError):
        listener.accept()
