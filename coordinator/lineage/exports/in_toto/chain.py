"""The steps of a job as a chain: the attempt that counts at each, and the paths of the files that they hand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from services.runtime.store.keys import UNSHARDED

from ..history import Attempt, File, History

GIVEN = "given"
"""The step before all others: what came from outside."""
DELIVERABLES = "deliverables"
_LEFT_OUT = ".link"
"""in-toto looks at no file that has this in its name, for so it calls its own."""

Artifacts = Mapping[str, str]
"""Digests by path."""


@dataclass(frozen=True)
class ChainStep:
    """One step: whose products the materials are, and what came of them."""

    name: str
    materials: Mapping[str, str]
    """Name of the step that made it, by path."""
    products: tuple[str, ...]
    attempt: Attempt | None = None
    """None for what came from outside."""


@dataclass(frozen=True)
class Chain:
    """A history as in-toto sees it: one attempt a step. What failed before is in the attestations."""

    history: History

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempt that did each step, or else its last."""
        at_step: dict[str, Attempt] = {}
        for attempt in self.history.attempts:
            name = step_name(attempt)
            if name not in at_step or not at_step[name].manifest.status.is_done:
                at_step[name] = attempt
        return tuple(at_step.values())

    @cached_property
    def steps(self) -> tuple[ChainStep, ...]:
        """What came from outside, then every step that an attempt was made at, in order of the plan."""
        made = tuple(self._step(attempt) for attempt in self.attempts)
        outside = {path for step in made for path, source in step.materials.items() if source == GIVEN}
        given = outside | {self.path(file) for file in self.history.given}
        return ChainStep(GIVEN, {}, tuple(sorted(given))), *made

    @cached_property
    def digests(self) -> Artifacts:
        """Of every file, by each path that it has."""
        files = {self.path(file): file.artifact.digest for file in self.history.files.values()}
        return files | {path: file.artifact.digest for path, file in self.delivered.items()}

    @cached_property
    def delivered(self) -> Mapping[str, File]:
        """What people asked for, by the path that it has in the folder."""
        return {f"{DELIVERABLES}/{shown_name(name)}": file for name, file in self.history.delivered}

    def source(self, file: File) -> str:
        """Name of the step that made it."""
        attempt = self._by_digest.get(file.producer)
        return step_name(attempt) if attempt else GIVEN

    def path(self, file: File) -> str:
        """E.g. `07_asr/_/transcript.json`: stable, and the same to whoever takes the file."""
        attempt = self._by_digest.get(file.producer)
        return f"{_place(attempt)}/{_quoted(file.file_name)}" if attempt else f"{GIVEN}/{file.name}"

    @cached_property
    def _by_digest(self) -> Mapping[str, Attempt]:
        return {attempt.digest: attempt for attempt in self.attempts}

    def _step(self, attempt: Attempt) -> ChainStep:
        taken = (file for _, file in attempt.inputs)
        delivered = (path for path, file in self.delivered.items() if file.producer == attempt.digest)
        return ChainStep(
            name=step_name(attempt),
            materials={self.path(file): self.source(file) for file in taken},
            products=_unique([*map(self.path, attempt.outputs), *delivered]),
            attempt=attempt,
        )


def step_name(attempt: Attempt) -> str:
    """E.g. `07_asr` or `10_translation.pt`: part of the name of a file."""
    shard = attempt.manifest.shard
    folder = _quoted(attempt.manifest.step.folder)
    return folder if shard == UNSHARDED else f"{folder}.{_quoted(shard)}"


def shown_name(name: str) -> str:
    """The name under which a deliverable lies in the folder, so that in-toto sees it."""
    return name.replace(_LEFT_OUT, f"%2E{_LEFT_OUT[1:]}")


def _place(attempt: Attempt) -> str:
    return f"{_quoted(attempt.manifest.step.folder)}/{_quoted(attempt.manifest.shard)}"


def _quoted(name: str) -> str:
    return quote(name.encode(errors="surrogatepass"), safe="")


def _unique(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(paths)))
