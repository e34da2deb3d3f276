"""The benchmarks measure what they say at a tiny scale, and report it as they should. Nothing here is timed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench import lineage, noop, store
from tests.bench.figures import Benchmark, Figure, median, p95, percentile
from tests.bench.machine import this_machine
from tests.bench.memory import PeakMemory
from tests.bench.processes import run
from tests.bench.report import Result, missed, with_result
from tests.bench.suite import BENCHMARKS, chosen

FIGURES = (
    Figure("met", 2.0, "ms", 2.0),
    Figure("missed", 2.1, "ms", 2.0, (1.0, 30.0), 3, "a note"),
    Figure("no target", 1234.5, "MiB"),
)


def result(*figures: Figure) -> Result:
    return Result("noop", "How long?", this_machine(), 3.0, figures)


def test_every_benchmark_has_its_place_on_the_page() -> None:
    page = command.PAGE.read_text("utf-8")
    for benchmark in BENCHMARKS:
        assert with_result(page, Result(benchmark.name, "", this_machine(), 0.0, FIGURES)) != page


def test_a_page_keeps_everything_around_the_result_and_only_the_latest_one() -> None:
    once = with_result("before\n<!-- noop -->\nold\n<!-- /noop -->\nafter\n", result(FIGURES[0]))
    twice = with_result(once, result(FIGURES[1]))
    assert twice.startswith("before\n<!-- noop -->\n")
    assert twice.endswith("\n<!-- /noop -->\nafter\n")
    assert "old" not in once
    assert "| met |" not in twice


def test_a_page_without_a_place_for_the_result_is_refused() -> None:
    with pytest.raises(ValueError, match="noop"):
        with_result("nothing", result())


def test_a_table_shows_target_verdict_range_and_machine() -> None:
    table = result(*FIGURES).to_markdown()
    assert "| met | 2 ms | ≤ 2 ms | met |  |  |" in table
    assert "| missed | 2.1 ms | ≤ 2 ms | MISSED | 1 to 30, n = 3 | a note |" in table
    assert "| no target | 1,234 MiB |  |  |  |  |" in table
    assert this_machine().cpu in table


def test_only_what_misses_its_target_is_named_as_missed() -> None:
    assert ["| missed |" in line for line in missed([result(*FIGURES)])] == [True]


def test_figures_keep_the_spread_of_their_measurements() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (median("x", values, "s").value, p95("x", values, "s").value) == (50.5, 95.0)
    assert median("x", values, "s").spread == (1.0, 100.0)
    assert percentile([7.0], 95) == 7.0


def test_without_names_all_but_the_long_benchmarks_are_chosen() -> None:
    assert [one.name for one in chosen([])] == [one.name for one in BENCHMARKS if not one.is_long]
    assert [one.name for one in chosen(["long_film"], [1.0])] == ["long_film"]


def test_an_unknown_name_is_answered_with_the_nearest_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["overheat"]) == 2
    assert "overhead" in capsys.readouterr().out


def test_results_are_written_as_json_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "WORK", tmp_path)
    monkeypatch.setattr(command, "chosen", lambda *_: [Benchmark("noop", "How long?", lambda _: FIGURES)])
    assert command.main(["noop", "--json", str(tmp_path / "results.json")]) == 0
    (found,) = json.loads((tmp_path / "results.json").read_text())
    assert [figure["verdict"] for figure in found["figures"]] == ["met", "MISSED", ""]
    assert "MISSED" in capsys.readouterr().out


def test_a_benchmark_that_breaks_says_so_and_keeps_what_it_measured(tmp_path: Path) -> None:
    def breaking(folder: Path) -> Iterator[Figure]:
        yield FIGURES[0]
        raise OSError("the disk is gone")

    broken = command.run(Benchmark("noop", "How long?", breaking), tmp_path)
    assert broken.figures == FIGURES[:1]
    assert "the disk is gone" in broken.to_markdown()


def test_memory_of_a_process_and_its_children_is_seen(tmp_path: Path) -> None:
    child = "import time; held = b'x' * (64 << 20); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    watched: list[PeakMemory] = []
    command_line = (sys.executable, "-c", parent)
    log = tmp_path / "log"
    run(command_line, seconds=60, log=log, watch=lambda pid: watched.append(PeakMemory(pid, 0.05)))
    assert watched[0].peak_bytes > 64 << 20


def test_a_command_that_fails_is_shown_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="out of cheese"):
        run((sys.executable, "-c", "raise SystemExit('out of cheese')"), seconds=60, log=tmp_path / "log")


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="-9"):
        run((sys.executable, "-c", "import time; time.sleep(60)"), seconds=0.2, log=tmp_path / "log")


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEGRAPH_DATA", str(tmp_path / "data"))
    return tmp_path


def test_a_step_that_does_nothing_is_measured_here_and_over_grpc(own_folders: Path) -> None:
    figures = list(noop.measure(own_folders, count=2))
    assert [figure.at_most for figure in figures if figure.at_most] == [15.0, 1.25, 60.0, 1.25]


def test_stores_are_measured(own_folders: Path) -> None:
    figures = list(store.measure(own_folders, small=2, large=2, mebibytes=1))
    assert {figure.what.partition(":")[0] for figure in figures[1:]} == {"folder", "SeaweedFS"}


def test_verifying_and_tracing_are_measured(own_folders: Path) -> None:
    figures = list(lineage.measure(own_folders, jobs=2, cues=2, many=2, count=1))
    assert {"s", "ms", "MiB"} == {figure.unit for figure in figures if figure.at_most}
