"""A term is found where people would say that it stands in the text, and nowhere else, in any script."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.glossary import Glossary, Term
from services.documents.terms import find_terms, form_occurrences, occurrences


def term(text: str, number: int = 0, **more: Any) -> Term:
    return Term(f"term:{number}", text, "film", (f"film:0:{number}",), **more)


def places(text: str, wanted: Term, language_code: str = "en") -> list[tuple[int, int]]:
    return [(it.start, it.end) for it in occurrences(text, wanted, language_code)]


@pytest.mark.parametrize(
    ("text", "form", "language_code"),
    [
        ("Marty, wait!", "Marty", "en"),
        ("Marty\u2019s board", "Marty", "en"),
        ("l'Enterprise est l\u00e0", "Enterprise", "fr"),
        ("(DeLorean)", "DeLorean", "en"),
        ("the flux\n capacitor", "flux capacitor", "en"),
        ("the flux\u00a0capacitor", "flux capacitor", "en"),
        ("Cafe\u0301 Paris", "Caf\u00e9", "fr"),
        ("Caf\u00e9 Paris", "Cafe\u0301", "fr"),
        ("O\u2019Neil", "O'Neil", "en"),
        ("Obi\u2011Wan", "Obi-Wan", "en"),
        ("De\u00adLorean", "DeLorean", "en"),
        ("C-3PO.", "C-3PO", "en"),
        ("\u6211\u7231\u5317\u4eac\u57ce", "\u5317\u4eac", "zh"),
        ("\u5c0f\u660e\u3055\u3093\u3067\u3059", "\u5c0f\u660e", "ja"),
        ("\u30de\u30fc\u30c6\u30a3\u3055\u3093", "\u30de\u30fc\u30c6\u30a3", "ja"),
        ("John\u8bf4", "John", "zh"),
        ("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e21\u0e32\u0e23\u0e4c\u0e15\u0e35\u0e49\u0e04\u0e23\u0e31\u0e1a",
         "\u0e21\u0e32\u0e23\u0e4c\u0e15\u0e35\u0e49", "th"),
        ("\ub9c8\ud2f0\ub294 \uc654\ub2e4", "\ub9c8\ud2f0", "ko"),
        ("\ub9c8\ud2f0\uc5d0\uac8c", "\ub9c8\ud2f0", "ko"),
        ("\u0930\u093e\u092e\u093e \u0906\u092f\u093e", "\u0930\u093e\u092e\u093e", "hi"),
        ("\u0645\u0627\u0631\u062a\u06cc\u200c\u0647\u0627", "\u0645\u0627\u0631\u062a\u06cc", "fa"),
    ],
)  # fmt: skip
def test_a_term_is_found_as_people_write_it(text: str, form: str, language_code: str) -> None:
    assert len(form_occurrences(text, form, language_code)) == 1


@pytest.mark.parametrize(
    ("text", "form", "language_code"),
    [
        ("Smarty", "Marty", "en"),
        ("marty", "Marty", "en"),
        ("Martyr", "Marty", "en"),
        ("Cafe\u0301", "Cafe", "fr"),
        ("\u30b8\u30e7\u30f3\u30bd\u30f3", "\u30b8\u30e7\u30f3", "ja"),
        ("\ub9c8\ud2f0\ub2c8", "\ub9c8\ud2f0", "ko"),
        ("\u0930\u093e\u092e\u093e", "\u0930\u093e\u092e", "hi"),
        ("\u0930\u093e\u092e\u093e\u0928", "\u0930\u093e\u092e\u093e", "hi"),
        ("R2D2", "R2", "en"),
        ("", "Marty", "en"),
        ("Marty", " ", "en"),
    ],
)
def test_a_term_is_not_found_inside_another_word(text: str, form: str, language_code: str) -> None:
    assert form_occurrences(text, form, language_code) == []


def test_the_case_rule_of_the_term_counts() -> None:
    assert places("may I, May?", term("May")) == [(7, 10)]
    assert places("FLUX Capacitor", term("flux capacitor", case_sensitive=False)) == [(0, 14)]


def test_a_letter_that_folds_into_two_is_one_letter() -> None:
    assert places("STRASSE Stra\u00dfe", term("Stra\u00dfe", case_sensitive=False), "de") == [(0, 7), (8, 14)]
    assert places("Ma\u00df", term("Mas", case_sensitive=False), "de") == []


def test_turkish_has_two_letters_i() -> None:
    dotted = term("\u0130pek", case_sensitive=False)
    assert places("ipek \u0131pek", dotted, "tr") == [(0, 4)]
    assert places("Irmak \u0131rmak irmak", term("Irmak", case_sensitive=False), "tr-TR") == [(0, 5), (6, 11)]


def test_aliases_and_script_forms_are_the_term_and_the_longest_form_counts() -> None:
    brown = term("Dr. Emmett Brown", aliases=("Doc", "Doc Brown"), script_forms={"Deva": "\u0921\u0949\u0915"})
    found = occurrences("Doc Brown! Doc! \u0921\u0949\u0915!", brown, "en")
    assert [it.form for it in found] == ["Doc Brown", "Doc", "\u0921\u0949\u0915"]


def test_a_place_of_the_text_belongs_to_the_longest_term() -> None:
    terms = (term("Marty", 0), term("Marty McFly", 1), term("McFly Farm", 2))
    found = find_terms("Marty met Marty McFly Farm", Glossary("en", terms))
    assert [(it.id, place.text) for it, place in found] == [("term:0", "Marty"), ("term:1", "Marty McFly")]


def test_of_two_terms_of_one_length_the_more_important_counts() -> None:
    terms = (term("Doc Brown", 0), term("Emmett", 1, aliases=("Doc Brown",)))
    assert [it.id for it, _ in find_terms("Doc Brown", Glossary("en", terms))] == ["term:0"]


LETTERS = st.text(alphabet="aAe\u0301\u00e9 sS\u00df'\u2019\n\u5317\u30de\u30fc\u0930\u093e\u00ad", max_size=12)


@given(LETTERS, LETTERS, st.booleans())
def test_what_is_found_reads_like_the_form_and_never_overlaps(text: str, form: str, case_sensitive: bool) -> None:
    found = form_occurrences(text, form, "en", case_sensitive)
    for it in found:
        assert it.text == text[it.start : it.end]
        assert form_occurrences(it.text, form, "en", case_sensitive)
    wanted = Term("term:0", "x", "film", ("film:0:1",), aliases=(form,), case_sensitive=case_sensitive)
    chosen = occurrences(text, wanted, "en")
    assert all(before.end <= after.start for before, after in pairwise(chosen))


@given(st.text(alphabet="aAb '-\n1", max_size=12), st.text(alphabet="aAb '-1", max_size=4), st.booleans())
def test_a_foreign_word_before_a_text_changes_nothing_in_it(text: str, form: str, case_sensitive: bool) -> None:
    alone = form_occurrences(f", {text}", form, "en", case_sensitive)
    after = form_occurrences(f"\u00e9, {text}", form, "en", case_sensitive)
    assert [(it.start - 1, it.end - 1) for it in after] == [(it.start, it.end) for it in alone]


@given(LETTERS, LETTERS)
def test_composed_and_decomposed_text_give_the_same_number(text: str, form: str) -> None:
    counts = {
        len(form_occurrences(unicodedata.normalize(a, text), unicodedata.normalize(b, form), "fr"))
        for a in ("NFC", "NFD")
        for b in ("NFC", "NFD")
    }
    assert len(counts) == 1
