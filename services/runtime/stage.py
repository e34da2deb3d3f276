"""The stage SDK: what the author of a stage writes, and what a run gives to it.

    @dataclass(frozen=True)
    class CountSettings:
        unit: str = "words"
        \"\"\"What to count.\"\"\"

    class Count(Stage[CountSettings]):
        name = "count"
        version = "1"
        inputs = (Input("text"),)
        outputs = (Output("number", "text/plain"),)

        def run(self, run: Run[CountSettings]) -> None:
            number = len(run.input("text").read_text().split())
            run.output("number", "number.txt").write_text(str(number))

Everything that can be forgotten (fetching, hashing, storing, logs, manifest, commit) is done by `execute`.
"""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from .answers import Answer, Answers
from .errors import InvalidDocument, InvalidRequest, StageError
from .progress import Progress

S = TypeVar("S")
T = TypeVar("T")


class Skipped(Exception):
    """Raised in `Stage.run` when there is nothing that the stage could do, and the job can do without it.

    The message is the reason; the run ends in a SKIPPED manifest that tells it, with the warnings that were given.
    """


@dataclass(frozen=True)
class Input:
    """A role in which files come in."""

    role: str
    optional: bool = False
    many: bool = False
    """Whether several files may come in this role, in a given order."""


@dataclass(frozen=True)
class Output:
    """A role in which files go out. A required output that is not written fails the run."""

    role: str
    media_type: str
    optional: bool = False
    many: bool = False


class Loader(Generic[S]):
    """What loading needs: settings, checked models, and engines that are kept between runs."""

    def __init__(self, settings: S, models: Mapping[str, Path], engine: Callable[..., Any]) -> None:
        self.settings = settings
        self._models = models
        self._engine = engine

    def model(self, name: str) -> Path:
        """Folder or file of a model that `Stage.models` named; its digest has been checked."""
        try:
            return self._models[name]
        except KeyError:
            raise StageError(f"model {name!r} is not among those that the stage named; add it to models()") from None

    def engine(self, load: Callable[..., T], *arguments: object) -> T:
        """`load(*arguments)`, kept in this process for the next run with equal arguments.

        The time it takes is accounted as loading.
        """
        return typing.cast(T, self._engine(load, *arguments))


@dataclass
class Declared:
    """A file that the stage said it would write."""

    role: str
    file_name: str
    path: Path
    media_type: str
    attributes: dict[str, str] = field(default_factory=dict)
    reason: str = ""


class Run(Loader[S]):
    """One run of a stage: files in, files out, typed settings, progress.

    Log with the standard `logging` module: it reaches the stage log and, from INFO up, the pipeline log.
    """

    def __init__(  # noqa: PLR0913  built in two places only: execute and make_run
        self,
        stage: Stage[S],
        settings: S,
        *,
        inputs: Mapping[str, Sequence[Path]],
        folder: Path,
        progress: Progress,
        warn: Callable[[str, str], None],
        models: Mapping[str, Path],
        engine: Callable[..., Any],
        answers: Answers,
    ) -> None:
        super().__init__(settings, models, engine)
        self.progress = progress
        """Tell it how many seconds of media are done; it raises Cancelled when somebody called the run off."""
        self.outputs: list[Declared] = []
        self.intermediates: list[Declared] = []
        self._stage = stage
        self._inputs = inputs
        self._folder = folder
        self._warn = warn
        self._answers = answers

    def input(self, role: str) -> Path:
        """The one file of that role, for reading only. Raises InvalidRequest if there is not exactly one."""
        files = self.inputs(role)
        if len(files) != 1:
            raise InvalidRequest(f"{self._stage.name} takes one file as {role!r} and got {len(files)}")
        return files[0]

    def read(self, role: str, parse: Callable[[bytes], T]) -> T:
        """The one file of that role, parsed. Raises InvalidDocument where `parse` raises ValueError."""
        try:
            return parse(self.input(role).read_bytes())
        except ValueError as error:
            raise InvalidDocument(f"{self._stage.name} cannot read its input {role!r}: {error}") from error

    def inputs(self, role: str) -> Sequence[Path]:
        """The files of that role in the order of the request; empty if none came."""
        assert any(known.role == role for known in self._stage.inputs), f"{role!r} is no declared input"
        return self._inputs.get(role, ())

    def output(self, role: str, file_name: str, **attributes: str) -> Path:
        """Declares an output and says where to write it. Attributes are for people, e.g. `language="en"`."""
        declared = self._stage.declared_output(role)
        path = self._claim(file_name)
        if not declared.many and any(output.role == role for output in self.outputs):
            raise StageError(f"{self._stage.name} may write one file as {role!r} and declared a second: {file_name}")
        self.outputs.append(Declared(role, file_name, path, declared.media_type, attributes))
        return path

    def intermediate(self, file_name: str, media_type: str, reason: str) -> Path:
        """Declares a file that is worth keeping as evidence though no stage takes it, and says where to write it."""
        path = self._claim(file_name)
        self.intermediates.append(Declared("", file_name, path, media_type, reason=reason))
        return path

    def ask(
        self, question: str, maximum_age: timedelta, fetch: Callable[[], bytes], media_type: str = "application/json"
    ) -> Answer:
        """What a service outside says: the answer kept in the store, or, if that is older than `maximum_age` or the
        job uses no cache, what `fetch` returns now.

        `question` must name the service and everything that the answer depends on, and no secret.
        """
        return self._answers.get(question, maximum_age, fetch, media_type)

    def scratch(self, name: str) -> Path:
        """A path for a file that nobody needs after the run. It is not recorded."""
        folder = self._folder.parent / "scratch"
        folder.mkdir(exist_ok=True)
        return folder / name

    def warn(self, code: str, message: str) -> None:
        """Records a warning: the run did less than it was asked, or something a person should know."""
        self._warn(code, message)

    def _claim(self, file_name: str) -> Path:
        if not file_name or Path(file_name).name != file_name or file_name in (".", ".."):
            raise StageError(f"{file_name!r} is not a plain file name")
        if any(known.file_name == file_name for known in (*self.outputs, *self.intermediates)):
            raise StageError(f"{file_name} was declared twice; give each file a name of its own")
        return self._folder / file_name


class Stage(ABC, Generic[S]):
    """A function from files and settings to files. The settings are a frozen dataclass with defaults."""

    name: ClassVar[str]
    version: ClassVar[str]
    """Version of the stage's contract: raise it when equal inputs and settings may give other outputs."""
    inputs: ClassVar[tuple[Input, ...]]
    outputs: ClassVar[tuple[Output, ...]]
    libraries: ClassVar[tuple[str, ...]] = ()
    """Distributions and programs (`ffmpeg`) whose versions belong in the manifest."""
    repeatable: ClassVar[bool] = True
    """Whether equal inputs and settings always give the same. Where they do not, as the stage asks a service outside,
    the outputs of an equal action are not taken over: the answers are kept instead, each with its age."""

    @abstractmethod
    def run(self, run: Run[S]) -> None:
        """Does the work. Raises a CuegraphError when it cannot; anything else is recorded as a crash."""

    def models(self, settings: S) -> Sequence[str]:  # noqa: ARG002  for stages that have models
        """Names, in the catalog, of the models that a run with these settings uses."""
        return ()

    def warm_up(self, loader: Loader[S]) -> None:
        """Loads what a run would load, so that a server can say it is ready."""

    @classmethod
    def settings_type(cls) -> type[S]:
        """The dataclass `S` of `class MyStage(Stage[S])`."""
        for base in cls.__dict__["__orig_bases__"]:
            if typing.get_origin(base) is Stage:
                return typing.cast("type[S]", typing.get_args(base)[0])
        raise TypeError(f"{cls.__name__} must be declared as Stage[ItsSettings]")

    @classmethod
    def declared_output(cls, role: str) -> Output:
        for output in cls.outputs:
            if output.role == role:
                return output
        raise StageError(f"{role!r} is not an output of {cls.name}; declare it in outputs")
