"""A glossary file says the same as a table or as JSON, and every slip in it is named with its line."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.entries import Entry, InvalidEntries, read_entries

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
FULL = Entry(
    term="Emmett Brown",
    aliases=("Doc", "Doc Brown"),
    language="en",
    translations={"pt-BR": "Emmett Brown, o Doutor"},
    script_forms={"Deva": "\u090f\u092e\u0947\u091f"},
    do_not_translate=False,
    case="exact",
    source="script, page 3",
    confidence=0.9,
)
HEADER = ["term", "aliases", "language", "translation:pt-br", "script:Deva", "do_not_translate", "case", "source"]
CELLS = ["Emmett Brown", "Doc|Doc  Brown", "EN", "Emmett Brown, o Doutor", "\u090f\u092e\u0947\u091f", "no", "exact"]


def tsv(*rows: str) -> bytes:
    return "\n".join(row.replace(" | ", "\t") for row in rows).encode()


def problems(data: bytes) -> list[str]:
    with pytest.raises(InvalidEntries) as refused:
        read_entries(data, "film_glossary.0")
    assert str(refused.value).startswith("film_glossary.0: ")
    return list(refused.value.problems)


def problems_if_any(data: bytes) -> tuple[str, ...]:
    try:
        read_entries(data, "x")
    except InvalidEntries as error:
        return error.problems
    return ()


def full_table(delimiter: str) -> bytes:
    text = io.StringIO()
    rows = [[*HEADER, "confidence"], [*CELLS, "script, page 3", "0.9"]]
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("data", [full_table("\t"), full_table(","), b"\xef\xbb\xbf" + full_table(",")])
def test_a_table_says_everything(data: bytes) -> None:
    assert read_entries(data, "x") == {2: FULL}


@pytest.mark.parametrize("wrap", [lambda entries: entries, lambda entries: {"terms": entries}])
def test_json_says_the_same(wrap: Any) -> None:
    entry = {
        "term": "Emmett Brown",
        "aliases": ["Doc", "Doc Brown"],
        "language": "en",
        "translations": {"pt-BR": "Emmett Brown, o Doutor"},
        "script_forms": {"Deva": "\u090f\u092e\u0947\u091f"},
        "do_not_translate": False,
        "case": "exact",
        "source": "script, page 3",
        "confidence": 0.9,
    }
    assert read_entries(json.dumps(wrap([entry, {"term": "Biff"}])).encode(), "x") == {0: FULL, 1: Entry("Biff")}


def test_a_column_may_be_called_like_its_language() -> None:
    entries = read_entries(tsv("term | pt | es-MX", "time machine | m\u00e1quina do tempo | m\u00e1quina"), "x")
    assert entries[2].translations == {"pt": "m\u00e1quina do tempo", "es-MX": "m\u00e1quina"}


def test_comments_empty_lines_and_any_line_end_are_fine_and_lines_keep_their_numbers() -> None:
    data = b"# names of the film\r\nterm,pt\r\n\r\n# people\rMarty,\n,\n"
    assert read_entries(data, "x") == {5: Entry("Marty")}


def test_quotes_hold_commas_quotes_and_number_signs() -> None:
    entries = read_entries(b'term,source\n"#1, the ""best""",a "b"\n', "x")
    assert entries == {2: Entry('#1, the "best"', source='a "b"')}


def test_text_is_composed_and_has_single_spaces() -> None:
    assert read_entries("term\n  Ame\u0301lie\u00a0 Poulain ".encode(), "x")[2].term == "Am\u00e9lie Poulain"


@pytest.mark.parametrize("data", [b"", b"# nothing yet\n", b"term\n", b"[]", b'{"terms": []}'])
def test_a_file_may_be_empty(data: bytes) -> None:
    assert read_entries(data, "x") == {}


@pytest.mark.parametrize(
    ("data", "line", "hint"),
    [
        (tsv("term | aliasses", "a | b"), "line 1", "`aliases`"),
        (tsv("# c", "term | translaton:pt", "a | b"), "line 2", "`translation:`"),
        (tsv("name | pt", "a | b"), "line 1", "'name'"),
        (tsv("pt | es", "a | b"), "line 1", "`term`"),
        (tsv("term | pt | translation:pt", "a | b | c"), "line 1", "pt, translation:pt"),
        (b"term;pt\na;b", "line 1", "term;pt"),
        (tsv("term | pt", "a | b | c"), "line 2", "3 cells"),
        (tsv("term | pt", "a"), "line 2", "1 cells"),
        (tsv("term | pt", " | b"), "line 2", "term is empty"),
        (tsv("term | aliases", "a | b||c"), "line 2", "aliases is empty"),
        (tsv("term | case", "a | exactly"), "line 2", "'exact' or 'ignore'"),
        (tsv("term | do_not_translate", "a | maybe"), "line 2", "'maybe'"),
        (tsv("term | do_not_translate | pt", "a | yes | b"), "line 2", "has translations"),
        (tsv("term | confidence", "a | high"), "line 2", "'high'"),
        (tsv("term | confidence", "a | 1.5"), "line 2", "1.5"),
        (tsv("term | confidence", "a | nan"), "line 2", "confidence"),
        (tsv("term | language", "a | english please"), "line 2", "BCP-47"),
        (tsv("term | translation:", "a | b"), "line 2", "BCP-47"),
        (tsv("term | script:devanagari", "a | b"), "line 2", "ISO 15924"),
        (b'term,source\n"a,b\nc,d', "line 2", "quotes"),
        (b'"term,source\na,b', "line 1", "quotes"),
        (b"term\na\x00b", "line 2", "character"),
        (b"term\nMarty\ncaf\xe9", "line 3", "0xe9"),
        ("term\nMarty".encode("utf-16"), "", "UTF-16"),
        (b'[\n{"term": "a"},\n{"term": "b", "alias": ["c"]}]', "line 3, entry 1", "`aliases`"),
        (b'[{"term": 3}]', "line 1, entry 0", "term"),
        (b'[{"term": "a", "aliases": "b"}]', "line 1, entry 0", "aliases"),
        (b'[{"term": "a", "confidence": NaN}]', "", "NaN"),
        (b'[{"term": "a", "term": "b"}]', "line 1, entry 0", "twice: term"),
        (b'[{"term": "a", "translations": {"pt": "b", "pt": "c"}}]', "line 1, entry 0", "twice: pt"),
        (b'[{"aliases": ["a"]}]', "line 1, entry 0", "term"),
        (b'[\n"a"]', "entry 0", "object"),
        (b'[\n{"term": "a"\n', "line 3", "JSON"),
        (b'{"term": "a"}', "line 1", "`terms`"),
        (b'{"terms": "a"}', "", "list"),
        (b"[" * 100_000, "", "JSON"),
        (b'[{"term": "\\ud800"}]', "line 1, entry 0", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(data: bytes, line: str, hint: str) -> None:
    (problem,) = problems(data)
    assert problem.startswith(line)
    assert hint in problem


def test_every_wrong_line_is_named_at_once() -> None:
    found = problems(tsv("term | confidence", "a | 2", "b | 1", "c | x"))
    assert [it.partition(":")[0] for it in found] == ["line 2", "line 4"]


def test_a_file_full_of_slips_has_a_message_that_can_be_read() -> None:
    data = tsv("term | confidence", *["a | 2"] * 500)
    with pytest.raises(InvalidEntries, match="and 480 more"):
        read_entries(data, "x")
    assert len(problems(data)) == 500


WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5), st.sampled_from("\t,"))
def test_whatever_is_written_as_a_table_is_read_back(pairs: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("term", "source"), *pairs])
    entries = read_entries(text.getvalue().encode(), "x").values()
    again = [(entry.term, entry.source) for entry in entries]
    assert again == [tuple(map(tidied, pair)) for pair in pairs]


def tidied(text: str) -> str:
    (entry,) = read_entries(json.dumps([{"term": text}]).encode(), "x").values()
    return entry.term


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(data: bytes) -> None:
    assert all(problems_if_any(data))


@given(st.text(st.sampled_from('termalisc:pt,\t\n"#|[]{} \r'), max_size=60))
def test_no_table_crashes_it(text: str) -> None:
    assert all(re.match(r"line \d+: ", problem) for problem in problems_if_any(f"term,pt\n{text}".encode()))


def test_the_examples_of_the_page_are_read_as_it_says() -> None:
    page = PAGE.read_text("utf-8")
    table, listed = re.findall(r"^```(?:json)?\n((?:# Names|\[).*?)^```", page, re.MULTILINE | re.DOTALL)
    assert [it.term for it in read_entries(table.encode(), "x").values()][:3] == [
        "Emmett Brown",
        "Doc",
        "flux capacitor",
    ]
    assert [it.translations for it in read_entries(listed.encode(), "x").values()][1] == {"pt": "Doutor"}


def test_the_slips_of_the_page_are_told_as_it_says() -> None:
    page = PAGE.read_text("utf-8")
    assert problems(b"term,translaton:pt\n")[0] in page
    rows = ["a,,,,"] * 7
    rows[2] = "a,,"
    data = "\n".join(["term,aliases,pt,source,confidence", *rows, "a,,,,90 %"]).encode()
    assert "; ".join(problems(data)) in page
