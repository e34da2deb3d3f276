"""What a glossary file says: one form of entry, whether it stands in a table (TSV, CSV) or in JSON.

`read_entries` checks every line and names each that is wrong: nothing is skipped, nothing is guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from .codec import STRICT, DocumentError
from .entry_files import FileProblem, Row, rows

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_SHOWN = 20


@dataclass(frozen=True)
class Entry:
    """One term as a glossary file says it. None and empty mean that the file is silent about it."""

    __pydantic_config__ = STRICT

    term: str
    aliases: tuple[str, ...] = ()
    language: str = ""
    """BCP-47: the language of the term; if empty, that of the film."""
    translations: dict[str, str] = field(default_factory=dict)
    """By BCP-47 tag."""
    script_forms: dict[str, str] = field(default_factory=dict)
    """By ISO 15924 code."""
    do_not_translate: bool | None = None
    case: Literal["exact", "ignore"] | None = None
    source: str = ""
    """Who says so, in the words of the file."""
    confidence: float | None = None
    """0 to 1."""


class InvalidEntries(DocumentError):
    """A glossary file with lines that cannot be used; `problems` has one sentence for each."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(self.problems[:_SHOWN])
        more = len(self.problems) - _SHOWN
        super().__init__(f"{name}: {shown}{f'; and {more} more' if more > 0 else ''}")


def read_entries(data: bytes, name: str) -> dict[int, Entry]:
    """The entries of a glossary file, each by its line (JSON: by its index, from 0).

    Raises InvalidEntries, which calls the file `name` and tells every line that is wrong and how.
    """
    entries: dict[int, Entry] = {}
    problems: list[str] = []
    try:
        for row in rows(data):
            try:
                entries[row.number] = _entry(row)
            except DocumentError as error:
                problems.append(f"{row.place}: {error}")
    except FileProblem as error:
        problems.append(str(error))
    if problems:
        raise InvalidEntries(name, problems)
    return entries


def tidy(text: str) -> str:
    """Unicode NFC, with single spaces and none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def language_tag(text: str) -> str:
    """A BCP-47 tag in its usual case: `pt-BR`, `sr-Latn`. Raises DocumentError if it is none."""
    if not _LANGUAGE.fullmatch(text):
        raise DocumentError(f"{text!r} is no language; write a BCP-47 tag such as `pt` or `pt-BR`")
    primary, *others = text.split("-")
    return "-".join([primary.lower(), *(_SUBTAG_CASE.get(len(part), str.lower)(part) for part in others)])


_SUBTAG_CASE = {2: str.upper, 4: str.title}


def _entry(row: Row) -> Entry:
    if row.problem:
        raise DocumentError(row.problem)
    entry = _typed(row.fields)
    entry = replace(
        entry,
        term=_text("term", entry.term),
        aliases=tuple(dict.fromkeys(_text("aliases", alias) for alias in entry.aliases)),
        language=language_tag(entry.language) if entry.language else "",
        translations={language_tag(tag): _text(f"translation:{tag}", it) for tag, it in entry.translations.items()},
        script_forms={_script(code): _text(f"script:{code}", it) for code, it in entry.script_forms.items()},
        source=tidy(entry.source),
    )
    _check(entry)
    return entry


def _typed(fields: Mapping[str, Any]) -> Entry:
    try:
        return _ADAPTER.validate_json(json.dumps(fields))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"]) or "entry"
        raise DocumentError(f"{place}: {problem['msg']}") from error


_ADAPTER = TypeAdapter(Entry)


def _check(entry: Entry) -> None:
    if entry.confidence is not None and not 0 <= entry.confidence <= 1:
        raise DocumentError(f"confidence: {entry.confidence} is not between 0 and 1")
    if entry.do_not_translate and entry.translations:
        raise DocumentError(f"{entry.term!r} must not be translated and has translations; take one of them away")


def _text(name: str, text: str) -> str:
    clean = tidy(text)
    if not clean:
        raise DocumentError(f"{name} is empty")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co") for character in clean):
        raise DocumentError(f"{name} has a character in it that no text has: {clean!r}")
    return clean


def _script(code: str) -> str:
    if not _SCRIPT.fullmatch(code):
        raise DocumentError(f"{code!r} is no script; write an ISO 15924 code such as `Deva`")
    return code
