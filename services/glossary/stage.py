"""Glossary: gathers names and terms from the film's metadata and from glossary files, and says which counts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from services.documents import codec, coverage, glossary
from services.documents.codec import DocumentError
from services.documents.entries import read_entries
from services.documents.film import Film
from services.documents.glossary import Level
from services.runtime.errors import InvalidDocument
from services.runtime.stage import Input, Output, Run, Stage

from .counting import count
from .merging import Said, merge
from .names import Wish, said_by

log = logging.getLogger(__name__)

_FILE_LEVELS: tuple[Level, ...] = ("film", "job", "learned", "general")


@dataclass(frozen=True)
class GlossarySettings:
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "und"
    """Language that is spoken in the film, BCP-47; with `und`, terms of every language are taken."""
    maximum_terms: Annotated[int, Field(ge=1, le=100_000)] = 5000
    """How many terms are kept, the nearest and surest first, 1 to 100000."""
    characters: bool = True
    """Whether the characters of the film are terms."""
    character_confidence: Annotated[float, Field(ge=0, le=1)] = 0.8
    """How sure a character or a title is, 0 to 1."""
    cast: bool = False
    """Whether the actors are terms: they are seldom spoken of in their own film."""
    cast_confidence: Annotated[float, Field(ge=0, le=1)] = 0.3
    """How sure an actor is, 0 to 1."""
    titles: bool = True
    """Whether the film's title and original title are terms."""
    keep_names: bool = True
    """Whether names of characters and actors must reach a translation letter by letter."""

    @property
    def wish(self) -> Wish:
        return Wish(
            self.characters,
            self.character_confidence,
            self.cast,
            self.cast_confidence,
            self.titles,
            self.keep_names,
        )


class GlossaryStage(Stage[GlossarySettings]):
    name = "glossary"
    version = "1"
    inputs = (
        Input("film", optional=True),
        *(Input(f"{level}_glossary", optional=True, many=True) for level in _FILE_LEVELS),
    )
    outputs = (Output("glossary", glossary.MEDIA_TYPE), Output("report", coverage.MEDIA_TYPE))

    def run(self, run: Run[GlossarySettings]) -> None:
        said = [*_from_film(run), *_from_files(run)]
        merged = merge(said, run.settings.language, run.settings.maximum_terms)
        report = count(said, merged)
        _tell(run, report)
        run.output("glossary", "glossary.json").write_bytes(codec.to_json(merged.glossary))
        run.output("report", "coverage.json").write_bytes(codec.to_json(report))


def _from_film(run: Run[GlossarySettings]) -> list[Said]:
    if not run.inputs("film"):
        return []
    return said_by(run.read("film", codec.reader(Film)), run.settings.wish)


def _from_files(run: Run[GlossarySettings]) -> Iterator[Said]:
    """What the glossary files say. Raises InvalidDocument, which names role, position and line."""
    for level in _FILE_LEVELS:
        role = f"{level}_glossary"
        for position, path in enumerate(run.inputs(role)):
            yield from _from_file(path.read_bytes(), f"{role}.{position}", level, f"{level}:{position}")


def _from_file(data: bytes, name: str, level: Level, source: str) -> list[Said]:
    try:
        entries = read_entries(data, name)
    except DocumentError as error:
        raise InvalidDocument(str(error)) from error
    return [Said(entry, level, source, f"{source}:{number}") for number, entry in entries.items()]


def _tell(run: Run[GlossarySettings], report: coverage.GlossaryCoverage) -> None:
    levels = ", ".join(f"{number} {level}" for level, number in report.levels.items())
    log.info("%d terms%s", report.term_count, levels and f": {levels}")
    for code in dict.fromkeys(problem.code for problem in report.problems):
        found = [problem for problem in report.problems if problem.code == code]
        run.warn(code, f"{found[0].message}{f', and {len(found) - 1} more of the kind' if len(found) > 1 else ''}")
