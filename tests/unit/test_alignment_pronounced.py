"""How a word is pronounced that no dictionary has depends on the word alone, not on what was aligned before it."""

from __future__ import annotations

import numpy as np

from services.alignment.pocketsphinx_engine import PocketSphinxAligner

SILENCE = np.zeros(0, np.float32)


class FakeDecoder:
    """A dictionary without a search."""

    def __init__(self) -> None:
        self.words = {"cat": "K AE T"}

    def lookup_word(self, word: str) -> str | None:
        return self.words.get(word)

    def add_word(self, word: str, phones: str, update: bool) -> None:
        self.words[word] = phones


def pronounced(*words: str) -> dict[str, str]:
    decoder = FakeDecoder()
    for word in words:
        PocketSphinxAligner(decoder).align(SILENCE, [word])
    return decoder.words


def test_a_possessive_sounds_the_same_whether_its_name_was_met_before_or_not() -> None:
    first = pronounced("zorgax's")
    later = pronounced("zorgax", "zorgax's")
    assert first["zorgax's"] == later["zorgax's"] == f"{later['zorgax']} Z"


def test_the_possessive_of_a_known_word_is_that_word_and_one_more_sound() -> None:
    assert pronounced("cat's")["cat's"] == "K AE T Z"
