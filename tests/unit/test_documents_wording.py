"""Where a sentence ends is told alike by every stage that asks."""

from __future__ import annotations

import pytest

from services.documents.wording import ends_sentence, unquoted


@pytest.mark.parametrize(
    "text",
    [
        "so.",
        "Go!",
        "what?\u2019",
        'he said."',
        "end\u2026",
        "(no.)",
        "\u597d\u3002\u300d",
        "\u0939\u0948\u0964",
        "\u0622\u06cc\u0627\u061f",
        "\u0570\u0578\u057d\u0589",
        "\u12c8\u1362",
        "so. ",
    ],
)
def test_a_full_stop_of_any_script_ends_a_sentence_whatever_closes_after_it(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["so", "so,", "3.5", "\u2019", "", "a.b", "(so)"])
def test_nothing_else_does(text: str) -> None:
    assert not ends_sentence(text)


def test_quotes_and_brackets_at_the_end_are_taken_away() -> None:
    assert unquoted('"Go!\u201d) ') == '"Go!'
