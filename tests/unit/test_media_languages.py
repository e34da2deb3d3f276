"""Languages keep their identity between BCP-47 and the codes of containers."""

from __future__ import annotations

import pytest

from services.runtime.errors import UnknownName
from services.runtime.languages import canonical_tag, is_same_language, language


@pytest.mark.parametrize(
    ("tag", "terminology", "bibliographic", "english_name"),
    [
        ("en", "eng", "eng", "English"),
        ("de-AT", "deu", "ger", "German"),
        ("ger", "deu", "ger", "German"),
        ("zh-Hans", "zho", "chi", "Chinese"),
        ("pt_BR", "por", "por", "Portuguese"),
        ("HI", "hin", "hin", "Hindi"),
        ("haw", "haw", "haw", "Hawaiian"),
        ("yue", "yue", "yue", "Yue Chinese"),
    ],
)
def test_a_tag_has_both_codes_and_a_name(tag: str, terminology: str, bibliographic: str, english_name: str) -> None:
    found = language(tag)
    assert (found.terminology_code, found.bibliographic_code) == (terminology, bibliographic)
    assert found.english_name == english_name


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UnknownName, match="'xx'"):
        language("xx")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("en", "eng", True), ("fr", "fre", True), ("fre", "fra", True), ("pt-BR", "por", True), ("en", "hin", False),
     ("und", "und", True), ("und", "en", False), ("x-klingon", "en", False)],
)  # fmt: skip
def test_two_tags_of_one_language_are_the_same(one: str, other: str, same: bool) -> None:
    assert is_same_language(one, other) is same


@pytest.mark.parametrize(
    ("given", "tag"),
    [("por", "pt"), ("pt_br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), ("sr-latn", "sr-Latn"), ("es-419", "es-419")],
)
def test_a_tag_keeps_its_script_and_region_in_one_form(given: str, tag: str) -> None:
    assert canonical_tag(given) == tag
    assert canonical_tag(tag) == tag


@pytest.mark.parametrize("given", ["", "xx", "pt-Brazil", "../pt", "pt-BR-x-a", "auto"])
def test_what_is_no_tag_of_a_language_is_refused(given: str) -> None:
    with pytest.raises(UnknownName):
        canonical_tag(given)
