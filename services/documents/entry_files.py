"""The three forms of a glossary file: TSV, CSV and JSON, told apart by what stands in them."""

from __future__ import annotations

import bisect
import csv
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from json.decoder import JSONObject  # type: ignore[attr-defined]  # not in the type stubs
from json.scanner import py_make_scanner  # type: ignore[attr-defined]  # not in the type stubs
from typing import Any

_COLUMNS = ("term", "aliases", "language", "do_not_translate", "case", "source", "confidence")
_PREFIXES = {"translation": "translations", "script": "script_forms"}
_KEYS = (*_COLUMNS, *_PREFIXES.values())
_BARE_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z0-9]{2,8})*")
"""With two letters only: a column called `tem` is more likely to be a slip than Timne."""
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class FileProblem(Exception):
    """The file as a whole cannot be read, or cannot be read further."""


@dataclass(frozen=True)
class Row:
    """One entry as it stands, its values not checked yet."""

    number: int
    """Its line; in JSON its index, from 0."""
    place: str
    """As an error names it, e.g. `line 7`."""
    fields: Mapping[str, Any]
    """By the names of JSON."""
    problem: str = ""
    """Why it could not even be taken apart."""


def rows(data: bytes) -> Iterator[Row]:
    """The entries of the file, in order. Raises FileProblem."""
    text = _decoded(data)
    if text.lstrip()[:1] in ("[", "{"):
        return _json_rows(text)
    return _table_rows(text)


def _decoded(data: bytes) -> str:
    encoding = _MARKS.get(data[:2])
    if encoding:
        raise FileProblem(f"the file is {encoding}; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileProblem(
            f"line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error


def _table_rows(text: str) -> Iterator[Row]:
    lines = [
        (number, line)
        for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        return
    number, header = lines[0]
    delimiter = "\t" if "\t" in header else ","
    try:
        columns = _columns(_cells(header, delimiter))
    except ValueError as error:
        raise FileProblem(f"line {number}: {error}") from error
    for number, line in lines[1:]:
        yield from _table_row(number, columns, line, delimiter)


def _cells(line: str, delimiter: str) -> list[str]:
    """A line taken apart. Raises ValueError."""
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise ValueError(f"the quotes are not as they should be: {error}; double those inside a cell") from error
    return [cell.strip() for cell in cells]


def _columns(names: list[str]) -> list[tuple[str, str]]:
    """Of each column the field, and the language or script if it is one of many. Raises ValueError."""
    columns = [_column(name) for name in names]
    twice = [name for name, column in zip(names, columns, strict=True) if columns.count(column) > 1]
    if twice:
        raise ValueError(f"these columns say the same: {', '.join(twice)}")
    if ("term", "") not in columns:
        raise ValueError("there is no column `term`; the first line must name the columns")
    return columns


def _column(name: str) -> tuple[str, str]:
    prefix, colon, detail = name.partition(":")
    if colon and prefix in _PREFIXES:
        return _PREFIXES[prefix], detail.strip()
    if name in _COLUMNS:
        return name, ""
    if _BARE_LANGUAGE.fullmatch(name):
        return "translations", name
    raise ValueError(f"there is no column {name!r}; {_nearest(name, (*_COLUMNS, 'translation:', 'script:'))}")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.casefold(), list(known), n=1)
    return f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{it}`' for it in known)}"


def _table_row(number: int, columns: list[tuple[str, str]], line: str, delimiter: str) -> Iterator[Row]:
    """The entry of a line; none if all its cells are empty, as spreadsheets write them."""
    place = f"line {number}"
    try:
        cells = _cells(line, delimiter)
        if any(cells):
            yield Row(number, place, _fields(columns, cells))
    except ValueError as error:
        yield Row(number, place, {}, str(error))


def _fields(columns: list[tuple[str, str]], cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(columns):
        raise ValueError(f"it has {len(cells)} cells, and the header has {len(columns)}")
    fields: dict[str, Any] = {"term": ""}
    for (name, detail), cell in zip(columns, cells, strict=True):
        if cell and name in _PREFIXES.values():
            fields.setdefault(name, {})[detail] = cell
        elif cell:
            fields[name] = _value(name, cell)
    return fields


def _value(name: str, cell: str) -> Any:
    """A cell as JSON would have it."""
    if name == "aliases":
        return cell.split("|")
    if name == "confidence":
        return _number(cell)
    if name != "do_not_translate":
        return cell
    if cell.casefold() not in _TRUTH:
        raise ValueError(f"do_not_translate: {cell!r} is neither `yes` nor `no`")
    return _TRUTH[cell.casefold()]


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise ValueError(f"confidence: {cell!r} is no number") from error


class _Object(dict[str, Any]):
    """A JSON object that knows where it stands and which of its names came twice."""

    line: int
    twice: list[str]


class _Decoder(json.JSONDecoder):
    """Reads JSON and keeps the line of every object."""

    def __init__(self, text: str) -> None:
        super().__init__(object_pairs_hook=list, parse_constant=_refuse_constant)
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self.parse_object = self._object
        self.scan_once = py_make_scanner(self)

    def _object(self, state: tuple[str, int], *more: Any) -> tuple[_Object, int]:
        pairs, end = JSONObject(state, *more)
        names = [name for name, _ in pairs]
        value = _Object(pairs)
        value.line = bisect.bisect_left(self._line_ends, state[1]) + 1
        value.twice = sorted({name for name in names if names.count(name) > 1})
        return value, end


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json_rows(text: str) -> Iterator[Row]:
    try:
        value = _Decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise FileProblem(f"line {error.lineno}: this is no JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise FileProblem(f"this is no JSON: {error}") from error
    for number, item in enumerate(_items(value)):
        yield _json_row(number, item)


def _items(value: Any) -> list[Any]:
    """The entries: a list, or what an object has as `terms`."""
    if isinstance(value, _Object):
        if list(value) != ["terms"]:
            raise FileProblem(
                f"line {value.line}: the object must have `terms` and nothing else, not {', '.join(value)}"
            )
        value = value["terms"]
    if not isinstance(value, list):
        raise FileProblem("`terms` must be a list of objects")
    return value


def _json_row(number: int, item: Any) -> Row:
    if not isinstance(item, _Object):
        return Row(number, f"entry {number}", {}, f"it must be an object, not {json.dumps(item)[:40]}")
    place = f"line {item.line}, entry {number}"
    twice = [name for it in (item, *item.values()) if isinstance(it, _Object) for name in it.twice]
    if twice:
        return Row(number, place, {}, f"it says twice: {', '.join(twice)}")
    for name in item:
        if name not in _KEYS:
            return Row(number, place, {}, f"there is no field {name!r}; {_nearest(name, _KEYS)}")
    return Row(number, place, item)
