"""Bad input ends with exit code 2, a clear error and nothing half-done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import odd_media
from tests.cuegraph import Ran, cuegraph
from tests.film import sample_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    sample_film(path)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Runs a film with a store and an out folder of the test's own."""

    def run(*arguments: str | Path, **options: object) -> Ran:
        places = ("--store", tmp_path / "store", "--out", tmp_path / "out")
        return cuegraph("run", *arguments, *places, **options)  # type: ignore[arg-type]

    return run


def assert_refused(ran: Ran, code: str, *words: str) -> None:
    assert ran.code == 2, ran.stderr
    assert code in ran.stderr
    for word in words:
        assert word in ran.stderr
    assert "Traceback" not in ran.stderr


def assert_nothing_was_begun(folder: Path) -> None:
    left = [path for path in (folder / "store").rglob("*") if path.is_file()]
    assert left == []
    assert not (folder / "out").exists()


def missing(folder: Path, film: Path) -> Path:
    return folder / "no such film.mkv"


def a_folder_without_films(folder: Path, film: Path) -> Path:
    (folder / "season 1").mkdir()
    return folder / "season 1"


def zero_bytes(folder: Path, film: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def not_media(folder: Path, film: Path) -> Path:
    (folder / "notes.mp4").write_text("this is no film\n" * 100)
    return folder / "notes.mp4"


def truncated(folder: Path, film: Path) -> Path:
    return odd_media.cut_off(folder / "half.mkv", film)


def without_audio(folder: Path, film: Path) -> Path:
    return odd_media.pictures_only(folder / "silent.mkv")


def a_playlist(folder: Path, film: Path) -> Path:
    return odd_media.hls_playlist(folder / "playlist.mp4", [f"file://{film}"])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (missing, "MEDIA_NOT_FOUND"),
        (a_folder_without_films, "REQUEST_INVALID"),
        (zero_bytes, "MEDIA_EMPTY"),
        (not_media, "MEDIA_UNREADABLE"),
        (truncated, "MEDIA_TRUNCATED"),
        (without_audio, "MEDIA_WITHOUT_AUDIO"),
        (a_playlist, "MEDIA_UNREADABLE"),
    ],
)
def test_a_film_that_cannot_be_used_is_refused_by_name(
    run: Callable[..., Ran], tmp_path: Path, film: Path, make: Callable[[Path, Path], Path], code: str
) -> None:
    media = make(tmp_path, film)
    assert_refused(run(media), code, media.name)
    assert_nothing_was_begun(tmp_path)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="giving up root's rights needs setpriv (util-linux)")
def test_a_film_without_permission_is_refused_by_name(tmp_path: Path, film: Path) -> None:
    from services.runtime.errors import MediaNotReadable
    from services.runtime.media import check_media

    secret = tmp_path / "locked.mkv"
    secret.write_bytes(film.read_bytes())
    secret.chmod(0)
    tmp_path.chmod(0o755)
    child = os.fork()
    if child == 0:  # as root every file can be read; only a process without root's rights sees the lock
        os.setuid(65534)
        try:
            check_media(secret)
        except MediaNotReadable:
            os._exit(0)
        except BaseException:  # noqa: BLE001  whatever it is, it is the wrong answer
            os._exit(2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        (("--start", "20", "--end", "10"), "CLIP_OUT_OF_RANGE", "not after its start"),
        (("--end", "02:00:00"), "CLIP_OUT_OF_RANGE", "lasts"),
        (("--start", "1:2:3:4"), "REQUEST_INVALID", "HH:MM:SS"),
        (("--start", "-5"), "REQUEST_INVALID", "--start"),
        (("--workflow", "subtitel"), "NAME_UNKNOWN", "did you mean 'subtitle'"),
        (("--source", "eng1ish"), "NAME_UNKNOWN", "language"),
        (("--profile", "cpu-smal"), "NAME_UNKNOWN", "did you mean 'cpu-small'"),
        (("--set", "asr.beam_sise=5"), "NAME_UNKNOWN", "did you mean 'beam_size'"),
        (("--set", "arr.beam_size=5"), "NAME_UNKNOWN", "did you mean 'asr'"),
        (("--set", "asr.beam_size=many"), "SETTING_INVALID", "asr.beam_size"),
        (("--set", "nonsense"), "SETTING_INVALID", "stage.setting=value"),
        (("--job", "nowhere.toml"), "SETTING_INVALID", "nowhere.toml"),
        (("--stage", "asr"), "REQUEST_INVALID", "NAME=HOST:PORT"),
        (("--source", "de"), "SETTING_INVALID", "docs/stages/alignment.md"),
        (("--set", "asr.model=whisper-bas"), "NAME_UNKNOWN", "did you mean 'whisper-base'"),
        (("--workflow", "transcribe", "--set", "mux.containers=mkv"), "SETTING_INVALID", "has no stage mux"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_with_the_nearest_right_one(
    run: Callable[..., Ran], tmp_path: Path, film: Path, options: tuple[str, ...], code: str, word: str
) -> None:
    assert_refused(run(film, *options), code, word)
    assert_nothing_was_begun(tmp_path)


def test_a_model_that_is_not_here_is_missed_before_anything_is_begun(
    run: Callable[..., Ran], tmp_path: Path, film: Path
) -> None:
    ran = run(film, "--set", "asr.model=whisper-large-v3", env={"CUEGRAPH_DATA": str(tmp_path / "data")})
    assert ran.code == 1
    assert "MODEL_MISSING" in ran.stderr
    assert "cuegraph models pull whisper-large-v3" in ran.stderr
    assert_nothing_was_begun(tmp_path)


def test_an_option_nobody_knows_is_bad_usage(run: Callable[..., Ran], film: Path) -> None:
    assert run(film, "--colour", "red").code == 2


def test_with_json_a_refusal_is_one_object(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run(tmp_path / "gone.mkv", "--json")
    assert ran.code == 2
    assert ran.json["error"]["code"] == "MEDIA_NOT_FOUND"


def test_a_store_of_an_unknown_kind_is_refused(film: Path, tmp_path: Path) -> None:
    assert_refused(cuegraph("run", film, "--store", "ftp://somewhere/x"), "REQUEST_INVALID", "s3://bucket/prefix")


@pytest.mark.parametrize("command", [("jobs", "show"), ("jobs", "cancel"), ("lineage", "verify"), ("lineage", "show")])
def test_a_store_that_is_not_there_is_not_made_by_asking(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert_refused(cuegraph(*command, "nobody", "--store", tmp_path / "typo"), "NAME_UNKNOWN", "typo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("jobs", "show"), ("jobs", "cancel"), ("lineage", "verify"), ("lineage", "show")])
def test_a_job_nobody_knows_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "store").mkdir()
    assert_refused(cuegraph(*command, "nobody", "--store", tmp_path / "store"), "NAME_UNKNOWN", "nobody")


def test_an_out_folder_that_cannot_be_is_refused_before_the_work(tmp_path: Path, film: Path) -> None:
    (tmp_path / "out").write_text("no folder")
    ran = cuegraph("run", film, "--store", tmp_path / "store", "--out", tmp_path / "out" / "films")
    assert_refused(ran, "OUT_NOT_WRITABLE", str(tmp_path / "out" / "films"))
    assert not (tmp_path / "store").exists()
