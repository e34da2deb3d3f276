"""IndicTrans2's text: scripts made one and back again, punctuation apart and together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.errors import CuegraphError
from services.translation.flores import INDIC, flores_code, flores_pair
from services.translation.indic import prepared, restored
from services.translation.pairs import Pair


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("He paid 1,234.50, at 10:30!", "eng_Latn", "He paid 1,234.50 , at 10:30 !"),
        ("বাংলা।", "ben_Beng", "बांला ।"),
        ("తెలుగు", "tel_Telu", "तॆलुगु"),
        ("वह घर गया।", "hin_Deva", "वह घर गया ।"),
        ("میں گھر", "urd_Arab", "میں گھر"),
    ],
)
def test_text_is_prepared_as_the_model_reads_it(text: str, code: str, expected: str) -> None:
    assert prepared(text, code) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("বাংলা ভাষা, ভালো।", "ben_Beng"),
        ("தமிழ் மொழி.", "tam_Taml"),
        ("ગુજરાતી 12.", "guj_Gujr"),
        ("മലയാളം!", "mal_Mlym"),
        ("He paid 1,234.50, at 10:30!", "eng_Latn"),
    ],
)
def test_what_was_prepared_can_be_restored(text: str, code: str) -> None:
    assert restored(prepared(text, code), code) == text


@given(st.lists(st.tuples(st.sampled_from("कखगघङ"), st.sampled_from(["", " ", *"ािीुूेैो"]))))
def test_common_letters_survive_the_way_to_bengali_and_back(syllables: list[tuple[str, str]]) -> None:
    text = "".join(part for syllable in syllables for part in syllable)
    bengali = restored(text, "ben_Beng")
    assert prepared(bengali, "ben_Beng").split() == prepared(text, "hin_Deva").split()


def test_languages_have_codes() -> None:
    assert flores_code("pt-BR") == "por_Latn"
    assert flores_code("zh-Hant") == "zho_Hant"
    assert flores_code("zh-Hant-TW") == "zho_Hant"
    assert flores_code("zh-Hans") == "zho_Hans"
    assert flores_code("tlh") is None


def test_a_script_that_the_model_does_not_write_has_no_code() -> None:
    assert flores_code("sr") == "srp_Cyrl"
    assert flores_code("sr-Cyrl-RS") == "srp_Cyrl"
    assert flores_code("sr-Latn") is None


@pytest.mark.parametrize(("pair", "known"), [(Pair("en", "tlh"), None), (Pair("en", "pt"), INDIC)])
def test_a_language_that_a_model_does_not_know_is_refused(pair: Pair, known: frozenset[str] | None) -> None:
    with pytest.raises(CuegraphError) as refused:
        flores_pair(pair, known)
    assert refused.value.code == "LANGUAGE_PAIR_UNKNOWN"
