"""English numbers as they are spoken."""

from __future__ import annotations

import re

_BELOW_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CURRENCIES = {"$": "dollars", "£": "pounds", "€": "euros"}
_LARGEST = 10**12
_NUMBER = re.compile(
    r"(?P<currency>[$£€])?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?(?P<ordinal>st|nd|rd|th)?",
    re.ASCII,
)


def spell_numbers(text: str) -> str:
    """`text` with every number in words: `$1,200` as `one thousand two hundred dollars`, `1984` as a year."""
    return _NUMBER.sub(lambda found: f" {_spell(found)} ", text)


def _spell(found: re.Match[str]) -> str:
    words = _whole(found["whole"])
    if found["ordinal"]:
        words = [*words[:-1], _ordinal(words[-1])]
    if found["fraction"]:
        words = [*words, "point", *_digits(found["fraction"])]
    if found["currency"]:
        words = [*words, _CURRENCIES[found["currency"]]]
    return " ".join(words)


def _whole(digits: str) -> list[str]:
    number = int(digits.replace(",", ""))
    if number >= _LARGEST or (digits[0] == "0" and len(digits) > 1):
        return _digits(digits)
    return _year(number) if len(digits) == 4 and _reads_as_year(number) else _cardinal(number)


def _digits(digits: str) -> list[str]:
    return [_BELOW_TWENTY[int(digit)] for digit in digits if digit != ","]


def _reads_as_year(number: int) -> bool:
    return 1100 <= number < 2000 or 2010 <= number < 2100


def _year(number: int) -> list[str]:
    century, year = divmod(number, 100)
    if year == 0:
        return [*_cardinal(century), "hundred"]
    return [*_cardinal(century), *(["oh"] if year < 10 else []), *_cardinal(year)]


def _cardinal(number: int) -> list[str]:
    if number < 20:
        return [_BELOW_TWENTY[number]]
    for scale, name in _SCALES:
        if number >= scale:
            count, rest = divmod(number, scale)
            return [*_cardinal(count), name, *(_cardinal(rest) if rest else [])]
    tens, ones = divmod(number, 10)
    return [_TENS[tens], *(_cardinal(ones) if ones else [])]


def _ordinal(word: str) -> str:
    if word in _ORDINALS:
        return _ORDINALS[word]
    return f"{word[:-1]}ieth" if word.endswith("y") else f"{word.removesuffix('t')}th"
