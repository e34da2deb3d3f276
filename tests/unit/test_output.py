"""What commands print and where they write."""

from __future__ import annotations

import errno
import importlib
import json
from pathlib import Path

import pytest

from coordinator.app import open_app
from coordinator.cli.doctor import scratch
from coordinator.cli.output import only_json, printable, require_writable, writing
from services.runtime.errors import Cancelled, CuegraphError, OutNotWritable

main = importlib.import_module("coordinator.cli.main")  # the package has a function of that name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("हिन्दी 🎬 film.mkv", "हिन्दी 🎬 film.mkv"),
        ("two\nlines.mkv", "two\\nlines.mkv"),
        ("\x1b[31mred.mkv", "\\x1b[31mred.mkv"),
    ],
)
def test_a_name_is_shown_without_what_a_terminal_would_obey(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_a_folder_that_is_yet_to_come_is_writable(tmp_path: Path) -> None:
    require_writable(tmp_path / "films" / "2026")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_is_not(tmp_path: Path) -> None:
    (tmp_path / "films").touch()
    with pytest.raises(OutNotWritable, match="films"):
        require_writable(tmp_path / "films" / "2026")


def test_the_doctor_finds_a_scratch_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CUEGRAPH_SCRATCH", str(tmp_path / "file" / "scratch"))
    monkeypatch.setenv("CUEGRAPH_DATA", str(tmp_path))
    check = scratch(open_app("memory://"))
    assert not check.is_good
    assert "CUEGRAPH_SCRATCH" in check.found


def test_a_full_disk_is_an_error_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError, match="No space left") as error, writing(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert error.value.code == "OUT_NOT_WRITABLE"


def test_an_interruption_is_a_failure_with_a_code() -> None:
    with pytest.raises(Cancelled), only_json(wanted=True):
        raise KeyboardInterrupt


def test_a_fault_of_our_own_is_an_object_too_where_json_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down() -> None:
        raise RuntimeError("cannot be")

    monkeypatch.setattr(main, "app", break_down)
    monkeypatch.setattr("sys.argv", ["cuegraph", "run", "film.mkv", "--json"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    told = capsys.readouterr()
    assert (ended.value.code, json.loads(told.out)["error"]["code"]) == (1, "INTERNAL")
    assert "Traceback" in told.err
