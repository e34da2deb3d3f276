"""For authors of stages: a run without a store, a server or a manifest.

run = make_run(Count(), inputs={"text": b"to be or not"}, folder=tmp_path)
Count().run(run)
assert run.outputs[0].path.read_text() == "4"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from .answers import Answers
from .engines import Engines
from .progress import Progress
from .redaction import Redactor
from .stage import Run, Stage
from .store.memory import MemoryStore

S = TypeVar("S")

Given = Path | bytes | Sequence["Path | bytes"]


class RecordedRun(Run[S]):
    """A run that keeps its warnings where a test can see them."""

    warnings: list[tuple[str, str]]

    def written(self, role: str) -> Path:
        """The file that the stage wrote for a role. Fails if there is not exactly one."""
        paths = [output.path for output in self.outputs if output.role == role]
        assert len(paths) == 1, f"{len(paths)} files were written as {role!r}"
        return paths[0]


def make_run(  # noqa: PLR0913  all but two have defaults
    stage: Stage[S],
    *,
    folder: Path,
    settings: S | None = None,
    inputs: Mapping[str, Given] | None = None,
    models: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
    answers: Answers | None = None,
    engines: Engines | None = None,
) -> RecordedRun[S]:
    """A run of `stage` in `folder`: inputs as files or as bytes, models as paths; `answers` and `engines` may be shared
    with other runs.
    """
    outputs = folder / "outputs"
    outputs.mkdir(parents=True, exist_ok=True)
    warnings: list[tuple[str, str]] = []
    run = RecordedRun(
        stage,
        settings if settings is not None else stage.settings_type()(),
        inputs={role: _files(folder / "inputs", role, given) for role, given in (inputs or {}).items()},
        folder=outputs,
        progress=progress or Progress(),
        warn=lambda code, message: warnings.append((code, message)),
        models=models or {},
        engine=(engines or Engines()).get,
        answers=answers or Answers(MemoryStore(), Redactor()),
    )
    run.warnings = warnings
    return run


def _files(folder: Path, role: str, given: Given) -> list[Path]:
    files = [given] if isinstance(given, (Path, bytes)) else list(given)
    return [_file(folder / f"{role}.{number}", file) for number, file in enumerate(files)]


def _file(path: Path, given: Path | bytes) -> Path:
    if isinstance(given, Path):
        return given
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(given)
    return path
