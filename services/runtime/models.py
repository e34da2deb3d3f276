"""The models: what the catalog knows, and a folder that keeps them by digest.

The digest of a model is the SHA-256 of its listing: one line `<sha256 of the file>  <relative path>\\n` per
file, in order of path, as `sha256sum` prints them. Equal digests mean equal bytes under equal names.

    <folder>/sha256/<digest>/<files of the model>
"""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .adapters import documented
from .artifact import digest_bytes, digest_file
from .canonical import first_problem
from .errors import InvalidDocument, ModelAltered, ModelError, ModelMissing, StoreError, unknown_name
from .languages import is_same_language
from .manifest import ModelRecord
from .model_sources import ModelFile, Source, parse_source

log = logging.getLogger(__name__)

BUILT_IN = Path(__file__).with_name("models.toml")
_PULLING = ".pull-"
_STALE_SECONDS = 86_400
"""No pull takes a day: what is older was left by one that was killed."""


@dataclass(frozen=True)
class Model:
    """One model of the catalog."""

    __pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: str
    use: str
    """Name of the stage that it is for."""
    source: str
    """See `model_sources`."""
    digest: str
    licence: str
    """SPDX identifier."""
    languages: tuple[str, ...]
    """BCP-47; `mul` for many, empty if the model does not depend on the language."""
    size_bytes: int
    files: tuple[ModelFile, ...]
    note: str = ""

    @property
    def origin(self) -> Source:
        return parse_source(self.source)

    def knows(self, language_code: str) -> bool:
        """Whether it can be used for that language (BCP-47), by the catalog."""
        anyhow = not self.languages or "mul" in self.languages
        return anyhow or any(is_same_language(known, language_code) for known in self.languages)

    @property
    def record(self) -> ModelRecord:
        """What manifests say about it."""
        revision = self.origin.revision or self.digest
        return ModelRecord(self.name, self.source, revision, self.digest, self.licence)


class Catalog:
    """Every model there is, by name."""

    def __init__(self, models: Iterable[Model]) -> None:
        """Raises InvalidDocument if two share a name, or one contradicts itself."""
        self._models: dict[str, Model] = {}
        for model in models:
            _check(model)
            if self._models.setdefault(model.name, model) is not model:
                raise InvalidDocument(f"the catalog lists model {model.name!r} twice; keep one")

    @classmethod
    def load(cls, path: Path = BUILT_IN) -> Catalog:
        """Reads a catalog. Raises InvalidDocument if it is not one."""
        try:
            return cls(_adapter().validate_python(tomllib.loads(path.read_text("utf-8"))["model"]))
        except ValidationError as error:
            raise InvalidDocument(f"{path} is not a model catalog: model.{first_problem(error)}") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
            raise InvalidDocument(f"{path} is not a model catalog: {error}") from error

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._models))

    def __getitem__(self, name: str) -> Model:
        """Raises UnknownName, with the nearest right one."""
        if name not in self._models:
            raise unknown_name("model", name, self._models)
        return self._models[name]


class ModelStore:
    """The models on this machine. Several processes may share the folder, and pull at once."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.catalog = catalog
        self._lock = threading.Lock()
        self._checked: set[str] = set()

    def names(self) -> tuple[str, ...]:
        """Every model of the catalog, pulled or not."""
        return self.catalog.names()

    def record(self, name: str) -> ModelRecord:
        """What manifests say about the model. Raises UnknownName."""
        return self.catalog[name].record

    def record_for(self, stage: str, name: str) -> ModelRecord:
        """The record of a model that the stage is to use. Raises UnknownName, and ModelError if it is for another."""
        model = self.catalog[name]
        if model.use != stage:
            fitting = ", ".join(other for other in self.names() if self.catalog[other].use == stage)
            raise ModelError(f"model {name!r} is for {model.use}, not for {stage}; take one of: {fitting or 'none'}")
        return model.record

    def has(self, name: str) -> bool:
        """Whether the model is in the folder, altered or not. Raises UnknownName."""
        return self._place(self.catalog[name]).is_dir()

    def expect(self, name: str) -> None:
        """Raises ModelMissing if the model is neither here nor to be had from this machine. Reads no file."""
        model = self.catalog[name]
        if not model.origin.is_local and not self.has(name):
            self._require(model)

    def path(self, name: str) -> Path:
        """Folder of the model, its digest checked once per process.

        A model whose source is on this machine is taken from there at first use. Raises UnknownName,
        ModelMissing and ModelAltered.
        """
        model = self.catalog[name]
        with self._lock:
            if name not in self._checked:
                self._settle(model)
                self._checked.add(name)
        return self._place(model)

    def pull(self, name: str) -> Path:
        """Brings the model here unless it is here unharmed, and returns its folder.

        Raises UnknownName, ModelMissing if the source cannot give it, ModelAltered if it gives another,
        StoreError if the folder cannot take it.
        """
        model = self.catalog[name]
        with self._lock:
            if problem := self._problem(model):
                log.info("pulling model %s: %s", name, problem)
                self._bring(model)
            self._checked.add(name)
        return self._place(model)

    def verify(self, name: str) -> ModelRecord:
        """Reads every byte of the model again. Raises UnknownName, ModelMissing and ModelAltered."""
        model = self.catalog[name]
        self._require(model)
        return model.record

    def _place(self, model: Model) -> Path:
        return self.folder / "sha256" / model.digest

    def _settle(self, model: Model) -> None:
        if model.origin.is_local and not self._place(model).is_dir():
            self._bring(model)
        else:
            self._require(model)

    def _require(self, model: Model) -> None:
        place = self._place(model)
        remedy = f"run `cuegraph models pull {model.name}`"
        if not place.is_dir():
            raise ModelMissing(f"model {model.name!r} is not in {self.folder}; {remedy}")
        if problem := _difference(place, model.files):
            raise ModelAltered(f"model {model.name!r} is not what the catalog says: {problem}; {remedy}")

    def _problem(self, model: Model) -> str:
        place = self._place(model)
        return _difference(place, model.files) if place.is_dir() else f"it is not in {self.folder}"

    def _bring(self, model: Model) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _sweep(self.folder)
            with tempfile.TemporaryDirectory(prefix=_PULLING, dir=self.folder) as scratch:
                self._fetch(model, Path(scratch))
        except OSError as error:
            raise StoreError(
                f"model {model.name!r} cannot be written to {self.folder}: {error.strerror}; "
                "make room there or choose another folder"
            ) from error
        log.info("model %s was taken from %s into %s", model.name, model.source, self._place(model))

    def _fetch(self, model: Model, scratch: Path) -> None:
        fresh = scratch / "model"
        fresh.mkdir()
        model.origin.bring(model.files, fresh)
        if problem := _difference(fresh, model.files):
            raise ModelAltered(
                f"{model.source} does not give model {model.name!r} as the catalog knows it: {problem}; "
                "install or restore the source again"
            )
        _publish(fresh, self._place(model), aside=scratch / "altered", model=model)


def listing(digests: Mapping[str, str]) -> bytes:
    """The listing of a model from its files' digests by relative path: what its own digest is taken of."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def _check(model: Model) -> None:
    parse_source(model.source)
    actual = digest_bytes(listing({file.path: file.sha256 for file in model.files}))
    if actual != model.digest:
        raise InvalidDocument(
            f"the files that the catalog lists for {model.name!r} have the digest {actual}, "
            f"not {model.digest}; mend the entry"
        )


def _difference(folder: Path, files: Iterable[ModelFile]) -> str:
    """In what the folder differs from the files it should hold, naming the first; empty if in nothing."""
    wanted = {file.path: file.sha256 for file in files}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for path in sorted(wanted.keys() | found):
        if path not in found:
            return f"{folder / path} is missing"
        if path not in wanted:
            return f"{folder / path} does not belong to it"
        if digest_file(folder / path) != wanted[path]:
            return f"{folder / path} is altered"
    return ""


def _sweep(folder: Path) -> None:
    """Removes what pulls that were killed left behind."""
    for stale in folder.glob(f"{_PULLING}*"):
        if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)


def _publish(fresh: Path, place: Path, *, aside: Path, model: Model) -> None:
    """Puts a complete model in its place in one step; who comes second keeps what the first put there."""
    place.parent.mkdir(exist_ok=True)
    if place.is_dir() and _difference(place, model.files):
        with contextlib.suppress(FileNotFoundError):
            place.rename(aside)
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(fresh)


@functools.cache
def _adapter() -> TypeAdapter[tuple[Model, ...]]:
    return documented(tuple[Model, ...])
