"""Lines are few, even, and broken where the text divides best."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from services.documents.plain import plain_text
from services.documents.transcript import Word
from services.subtitles.lines import break_lines, join
from services.subtitles.pieces import Piece, pieces_of
from services.subtitles.rules import Rules
from services.subtitles.scripts import clusters, glue
from services.subtitles.units import units_of_words
from tests.spoken_words import any_words, spoken

RULES = Rules()


def lines_of(text: str) -> list[str]:
    return list(break_lines(pieces_of(units_of_words(spoken(text), "en"), "en", RULES), RULES))


def fewest_lines(pieces: list[Piece], limit: int) -> int:
    """By trying every way to break, which takes long."""
    for count in range(1, len(pieces) + 1):
        for breaks in itertools.combinations(range(1, len(pieces)), count - 1):
            borders = [0, *breaks, len(pieces)]
            if all(len(join(pieces[a:b])) <= limit or b - a == 1 for a, b in itertools.pairwise(borders)):
                return count
    raise AssertionError("one piece on each line always fits")


def test_what_fits_on_one_line_stays_on_one() -> None:
    assert lines_of("It was the best of times, and the worst.") == ["It was the best of times, and the worst."]


def test_a_line_breaks_after_punctuation() -> None:
    assert lines_of("I had not seen him, but everybody knew that he was there.") == [
        "I had not seen him,",
        "but everybody knew that he was there.",
    ]


def test_a_line_breaks_before_a_conjunction() -> None:
    assert lines_of("The enormous old clock stopped because nobody wound it.") == [
        "The enormous old clock stopped",
        "because nobody wound it.",
    ]


def test_a_line_breaks_before_a_preposition() -> None:
    assert lines_of("The children were running wildly through that garden.") == [
        "The children were running wildly",
        "through that garden.",
    ]


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("pt", "As crianças corriam loucamente pelo jardim do palácio.", "As crianças corriam loucamente"),
        ("pt", "O velho relógio enorme parou porque ninguém lhe deu corda.", "O velho relógio enorme parou"),
        ("pt", "Ninguém sabia ao certo quanto dinheiro poderia haver.", "Ninguém sabia ao certo"),
        ("es", "Los niños corrían como locos por el jardín del palacio.", "Los niños corrían como locos"),
        ("es", "El enorme reloj viejo se paró porque nadie le dio cuerda.", "El enorme reloj viejo se paró"),
    ],
)
def test_portuguese_and_spanish_lines_break_before_conjunctions_and_prepositions(
    language: str, text: str, first: str
) -> None:
    lines = break_lines(pieces_of(units_of_words(spoken(text), language), language, RULES), RULES)
    assert lines[0] == first


def test_the_upper_line_is_the_shorter_one_where_nothing_else_decides() -> None:
    assert lines_of("aaaaaaaa bbbbbbbb cccccccc dddddddd eeeeeeee") == [
        "aaaaaaaa bbbbbbbb",
        "cccccccc dddddddd eeeeeeee",
    ]


@given(any_words())
def test_there_are_no_more_lines_than_needed(words: list[Word]) -> None:
    pieces = pieces_of(units_of_words(words[:6], "en"), "en", RULES)[:12]
    if pieces:
        assert len(break_lines(pieces, RULES)) == fewest_lines(pieces, RULES.characters_per_line)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("abc", ["a", "b", "c"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("नमस्ते", ["न", "म", "स्", "ते"]),
        ("\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}!", ["\U0001f44b\U0001f3fd", "!"]),
        ("", [""]),
    ],
)
def test_written_characters_are_kept_whole(text: str, written: list[str]) -> None:
    assert clusters(text) == written


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\nb", "a b"),
        ("a\u2028b", "a b"),
        ("a\x00b", "a b"),
        ("\x1b", "\N{REPLACEMENT CHARACTER}"),
        ("a\u00a0b", "a b"),
    ],
)
def test_what_would_break_a_line_becomes_a_space(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    ("language", "earlier", "later", "between"),
    [
        ("en", "a", "b", " "),
        ("ja", "今日", "は", ""),
        ("ja", "Open", "AI", " "),
        ("zh-Hant", "你", "AI", ""),
        ("ko", "한", "국", " "),
    ],
)
def test_spaces_stand_where_the_language_writes_them(language: str, earlier: str, later: str, between: str) -> None:
    assert glue(earlier, later, language) == between
