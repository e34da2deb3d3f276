"""What must survive is hidden from the engine and put back; what is lost is found out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.glossary import Glossary, Term
from services.translation.checks import has_words, names_in, problems, terms_kept, verdict
from services.translation.marks import undress
from services.translation.masking import mask, required_terms
from services.translation.pairs import Pair
from services.translation.scripts import is_in_script_of
from tests.spoken_words import spoken

GLOSSARY = Glossary(
    "en",
    (
        Term("term:0", "King's Landing", "film", ("f:0:1",), translations={"pt": "Porto Real"}),
        Term("term:1", "Jon Snow", "film", ("f:0:2",), do_not_translate=True),
        Term("term:2", "wall", "film", ("f:0:3",), translations={"es": "muro"}),
    ),
)
PAIR = Pair("en", "pt")


def test_a_term_is_replaced_by_its_translation_and_one_without_is_left_alone() -> None:
    terms = required_terms("Jon Snow left the wall for King's Landing.", GLOSSARY, "pt-BR")
    assert [(term.source_text, term.expected) for term in terms] == [
        ("Jon Snow", "Jon Snow"),
        ("King's Landing", "Porto Real"),
    ]
    masked = mask("Jon Snow left the wall for King's Landing.", terms, "inserted")
    assert masked.text == "Jon Snow left the wall for Porto Real."


def test_placeholders_are_put_back_with_their_tags_where_they_belong() -> None:
    text = "Go to <i>King's Landing</i> now, Jon Snow!"
    terms = required_terms(text, GLOSSARY, "pt")
    masked = mask(text, terms, "placeholder")
    assert masked.text == "Go to QX0Z QX1Z QX2Z now, QX3Z!"
    assert masked.reveal("Vai já para QX0Z QX1Z QX2Z , QX3Z!") == "Vai já para <i>Porto Real</i> , Jon Snow!"


def test_a_code_that_nobody_gave_out_stays_as_it_is() -> None:
    assert mask("no terms", (), "placeholder").reveal("QX7Z") == "QX7Z"


@given(st.text("ab <i>/♪{}\\QXZ019.", max_size=30))
def test_a_text_that_comes_back_as_it_was_sent_is_the_text(text: str) -> None:
    dressed = undress(text)
    assert dressed.again(dressed.text) == text
    masked = mask(dressed.text, (), "placeholder")
    assert "".join(masked.reveal(masked.text).split()) == "".join(dressed.text.split())


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("♪ Hello darkness ♪", "Hello darkness"),
        ("<i>I know.</i>", "I know."),
        ("{\\an8}<i>♪ la la ♪</i>", "la la"),
        ("no marks", "no marks"),
        ("♪", ""),
        ("♪♪", ""),
    ],
)
def test_marks_around_a_text_are_taken_off_and_can_be_put_back(text: str, inside: str) -> None:
    dressed = undress(text)
    assert dressed.text == inside
    assert dressed.again(dressed.text) == text


@pytest.mark.parametrize(
    ("source", "text", "lost"),
    [
        ("He paid 1,234.50 dollars at 10:30.", "Pagou 1.234,50 dólares às 10h30.", []),
        ("12 of 34", "३४ में से १२", []),
        ("1,234 dogs", "1234 cães", []),
        ("12 dogs", "21 cães", ["NUMBER_LOST"]),
        ("In 1984 and 1984.", "Em 1984.", ["NUMBER_LOST"]),
        ("<i>very</i>", "<i>muito", ["TAG_LOST"]),
        ("♪ la ♪", "la", ["NOTES_LOST"]),
        ('<font size="12">la</font>', '<font size="12">lá</font>', []),
    ],
)
def test_what_is_lost_is_named(source: str, text: str, lost: list[str]) -> None:
    assert problems(source, text, ()) == lost


def test_a_term_must_stand_in_the_translation_as_often_as_in_the_source() -> None:
    terms = required_terms("Jon Snow, Jon Snow! To King's Landing!", GLOSSARY, "pt")
    kept = terms_kept(terms, "Jon Snow! A Porto Reais!", "pt")
    assert [term.kept for term in kept] == [True, False, False]
    assert problems("x", "x", kept) == ["TERM_LOST"]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("He was a young man.", "Ele era um jovem.", "translated"),
        ("He was a young man.", "He was a young man.", "untranslated"),
        ("He was a young man.", "HE WAS, a young man!", "untranslated"),
        ("He was a very young man then, I know.", "He was a very young man then, I guess.", "untranslated"),
        ("Jon Snow!", "Jon Snow!", "kept"),
        ("Jon Snow, Jon Snow and Jon Snow.", "Jon Snow, Jon Snow e Jon Snow.", "translated"),
        ("Go to King's Landing.", "Go to King's Landing.", "untranslated"),
        ("Go to King's Landing.", "Go to Porto Real.", "untranslated"),
        ("Kowalczyk.", "Kowalczyk.", "kept"),
        ("Hello.", "Hello.", "untranslated"),
        ("Ok.", "Ok.", "kept"),
        ("He left.", "", "untranslated"),
        ("He left.", "♪ ♪", "untranslated"),
        ("He left.", "Он ушёл.", "untranslated"),
    ],
)
def test_a_source_that_comes_back_is_no_translation(source: str, text: str, expected: str) -> None:
    terms = required_terms(source, GLOSSARY, "pt")
    assert verdict(source, text, PAIR, {"kowalczyk"}, terms) == expected


def test_a_word_that_two_languages_share_is_no_fault() -> None:
    assert verdict("No, no!", "No, no!", Pair("en", "es"), (), ()) == "kept"
    assert verdict("No, no!", "No, no!", Pair("en", "pt"), (), ()) == "untranslated"


def test_names_are_known_by_their_capital_inside_sentences() -> None:
    words = spoken("We met Kowalczyk there. There was May, may be. The Wall stood. A wall fell.")
    assert names_in(words) == {"kowalczyk"}


@pytest.mark.parametrize(
    ("text", "language", "fits"),
    [
        ("नमस्ते Jon", "hi", True),
        ("Namaste", "hi", False),
        ("Namaste", "hi-Latn", True),
        ("Ele não era", "pt-BR", True),
        ("Он ушёл", "pt", False),
        ("1984!", "hi", True),
        ("whatever", "sr", True),
        ("今日は", "ja", True),
    ],
)
def test_a_script_is_told_from_another(text: str, language: str, fits: bool) -> None:
    assert is_in_script_of(text, language) == fits


@pytest.mark.parametrize(("text", "expected"), [("1984!", False), ("♪ ♪", False), ("<i>…</i>", False), ("a 1", True)])
def test_marks_and_numbers_are_no_words(text: str, expected: bool) -> None:
    assert has_words(text) == expected
