"""Tracks for tests: seeded, in many languages, with songs, several speakers and text that looks like markup."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from services.documents.cues import Cues
from services.documents.transcript import Word
from services.subtitles.layout import lay_out
from services.subtitles.settings import SubtitlesSettings
from services.subtitles.units import units_of_words, without_notes

_TEXTS = {
    "en": [
        "the",
        "old",
        "house,",
        "never",
        "again.",
        "<b>",
        "&amp;",
        "{\\an8}",
        "-->",
        "C:\\new",
        "I'm",
        "x" * 50,
        "a<b>c",
    ],
    "pt-BR": ["não", "é", "água.", "coração,", "então?", "1999", "--", "♪"],
    "ar": ["قال", "لي،", "نعم!", "NASA", "(أبدًا)", "1969", "لماذا؟"],
    "he": ["אתה", "בא?", "עכשיו!", "OK"],
    "hi": ["मैंने", "तुमसे", "कहा।", "ठीक", "है,"],
    "ja": ["今日は", "、", "雨", "です", "。", "「", "はい", "」", "NASA", "っ", "カメラ"],
    "zh-Hans": ["我", "告诉", "过", "你", ",", "不是", "吗", "？", "AI"],  # noqa: RUF001  full width is meant
    "ko": ["하지만", "왜", "그래?", "오늘은", "좋다."],
    "th": ["ฉัน", "บอก", "คุณ", "แล้ว", "ๆ"],
}


def generated_tracks(count: int, seed: int) -> Iterator[Cues]:
    """So many tracks of up to a dozen cues; equal seeds give equal tracks."""
    random_numbers = random.Random(seed)
    languages = sorted(_TEXTS)
    for number in range(count):
        yield _track(languages[number % len(languages)], random_numbers)


def _track(language: str, random_numbers: random.Random) -> Cues:
    units = without_notes(units_of_words(_words(language, random_numbers), language))
    rules = SubtitlesSettings().rules(language, Fraction(random_numbers.choice([24, 25, 30])))
    return lay_out(units, language, 10**9, rules).cues


def _words(language: str, random_numbers: random.Random) -> list[Word]:
    words: list[Word] = []
    now = random_numbers.choice([0.0, 3599.5, 400_000.0])
    speaker, lyric = "speaker:0", None
    for number in range(random_numbers.randrange(40)):
        if random_numbers.random() < 0.15:
            speaker = random_numbers.choice(["speaker:0", "speaker:1"])
        if random_numbers.random() < 0.08:
            lyric = random_numbers.choice([None, "lyric:0"])
        end = now + random_numbers.choice([0.0, 0.1, 0.4, 0.9])
        text = random_numbers.choice(_TEXTS[language])
        words.append(Word(f"w{number}", text, round(now, 3), round(end, 3), "aligned", 0.9, ("r1",), speaker, lyric))
        now = end + random_numbers.choice([0.0, 0.02, 0.3, 1.4])
    return words
