"""Measures what Cuegraph must reach.

python -m tests.bench                        all but the long ones, as tables
python -m tests.bench wer noop               these
python -m tests.bench --write                into docs/benchmarks.md as well
python -m tests.bench long_film --minutes 10 30 120
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from services.runtime.errors import UnknownName
from tests.bench.figures import Benchmark, Figure
from tests.bench.machine import this_machine
from tests.bench.report import Result, missed, with_result
from tests.bench.suite import BENCHMARKS, chosen

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/benchmarks.md"
WORK = ROOT / ".cache/bench"
"""Where films and stores of a measurement lie: beside the code, as on a user's disk."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 if everything could be measured, whatever the verdicts; 1 if not; 2 for an unknown name."""
    options = _options(arguments)
    if options.list:
        say(*(f"{one.name:<12} {one.question}{' (only when named)' * one.is_long}" for one in BENCHMARKS))
        return 0
    try:
        benchmarks = chosen(options.names, options.minutes)
    except UnknownName as error:
        say(str(error))
        return 2
    results = [_measured(benchmark, page=PAGE if options.write else None) for benchmark in benchmarks]
    if options.json:
        options.json.write_text(json.dumps([result.to_json() for result in results], indent=2), encoding="utf-8")
    say("", *(missed(results) or ["every target that was measured is met"]))
    return 1 if any(result.problem for result in results) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="name the benchmarks")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument("--minutes", type=float, nargs="+", default=(), help="lengths of the films of long_film")
    return parser.parse_args(arguments)


def _measured(benchmark: Benchmark, page: Path | None) -> Result:
    """Measures, and shows and writes the result at once: a later benchmark may take an hour."""
    say("", f"## {benchmark.name}: {benchmark.question}", "")
    result = run(benchmark)
    say(result.to_markdown())
    if page is not None:
        page.write_text(with_result(page.read_text("utf-8"), result), encoding="utf-8")
    return result


def run(benchmark: Benchmark, work: Path = WORK) -> Result:
    """One benchmark in an empty folder of its own. What goes wrong is said in the result."""
    work.mkdir(parents=True, exist_ok=True)
    machine, begin, figures, problem = this_machine(), time.monotonic(), list[Figure](), ""
    with tempfile.TemporaryDirectory(prefix=f"{benchmark.name}-", dir=work) as folder:
        try:
            figures.extend(benchmark.measure(Path(folder)))
        except Exception as error:  # noqa: BLE001  the other benchmarks go on
            traceback.print_exc()
            problem = f"{type(error).__name__}: {error}"
    return Result(benchmark.name, benchmark.question, machine, time.monotonic() - begin, tuple(figures), problem)


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
