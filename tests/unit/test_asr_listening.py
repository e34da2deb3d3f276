"""How often a window is decoded, and which decoding is taken: with a recogniser that answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from services.asr.judging import Thresholds
from services.asr.listening import Listener
from services.asr.prompting import Limits, Prompter
from services.asr.recognition import Draft, Encoded, Heard, HeardWord, Options, Stretch
from services.asr.sound import Samples
from services.documents.glossary import Glossary, Term

SAID = Draft(" He left Quellen at once, and nobody knew why.", (1,) * 9, -0.3, 1.0, 0.1)
LOOP = replace(SAID, text=" I am sure." * 9, compression_ratio=4.0, average_log_probability=-0.1)
NOISE = replace(SAID, text=" you", average_log_probability=-2.4, no_speech_probability=0.7)
TERMS = Glossary("en", (Term("term:0", "Quellon", "job", ("job:0:1",)), Term("term:1", "Barton", "job", ("job:0:2",))))
PROMPTER = Prompter(TERMS, Limits(16, 200, 0.65), len, spaced=True)
OPTIONS = Options("en")

Answer = Callable[[int, Options], Draft]


@dataclass
class FakeRecogniser:
    """Answers by the number of the window, which is its first sample, and by how it is asked."""

    answer: Answer
    asked: list[tuple[tuple[int, ...], Options]] = field(default_factory=list)

    def encode(self, windows: Sequence[Samples]) -> Encoded:
        return Encoded(windows, None)

    def decode(self, encoded: Encoded, options: Options) -> list[Draft]:
        numbers = tuple(int(window[0]) for window in encoded.windows)
        self.asked.append((numbers, options))
        return [replace(self.answer(number, options), temperature=options.temperature) for number in numbers]

    def words(self, encoded: Encoded, drafts: Sequence[Draft], options: Options) -> list[tuple[HeardWord, ...]]:
        return [tuple(HeardWord(it, 0, 1, 0.5) for it in draft.text.split() if draft.tokens) for draft in drafts]

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        return [{"en": 1.0} for _ in encoded.windows]

    def token_count(self, text: str) -> int:
        return len(text)


def stretch(number: int, seconds: float = 4.0) -> Stretch:
    return Stretch(np.full(8, number, np.float32), seconds)


def listen(answer: Answer, *stretches: Stretch, **given: object) -> tuple[list[Heard], FakeRecogniser]:
    recogniser = FakeRecogniser(answer)
    listener = replace(Listener(recogniser, OPTIONS, Thresholds(), lambda: None), **given)  # type: ignore[arg-type]
    return listener.hear(stretches or (stretch(0),), ""), recogniser


def test_what_is_not_suspicious_is_decoded_once_all_windows_together() -> None:
    heard, recogniser = listen(lambda *_: SAID, stretch(0), stretch(1))
    assert recogniser.asked == [((0, 1), OPTIONS)]
    assert [(it.text, it.redecoded, it.refused) for it in heard] == [(SAID.text, False, ())] * 2


def test_only_the_suspicious_window_is_decoded_again_alone_until_it_is_not() -> None:
    def answer(number: int, options: Options) -> Draft:
        return LOOP if number == 1 and options.temperature < 0.4 else SAID

    heard, recogniser = listen(answer, stretch(0), stretch(1))
    assert [(numbers, options.temperature) for numbers, options in recogniser.asked] == [
        ((0, 1), 0.0),
        ((1,), 0.2),
        ((1,), 0.4),
    ]
    assert [(it.redecoded, it.replaced) for it in heard] == [(False, False), (True, True)]
    assert [it.draft.temperature for it in heard[1].refused] == [0.0, 0.2]
    assert all("REPETITION" in it.reason for it in heard[1].refused)


def test_a_window_that_is_never_better_keeps_the_best_of_all_and_all_others_as_evidence() -> None:
    def answer(_: int, options: Options) -> Draft:
        return replace(LOOP, tokens=(1,) * (3 if options.temperature == 0.6 else 9))

    (heard,), _ = listen(answer)
    assert heard.draft.temperature == 0.6
    assert len(heard.refused) == 5
    assert heard.words


def test_a_prompt_is_left_out_first() -> None:
    options = replace(OPTIONS, initial_prompt="He said:", hotwords="Quellon")
    (heard,), recogniser = listen(lambda _, asked: LOOP if asked.hotwords else SAID, options=options)
    assert [asked for _, asked in recogniser.asked] == [options, OPTIONS]
    assert heard.draft.text == SAID.text


def test_no_speech_is_not_asked_again_and_not_believed() -> None:
    (heard,), recogniser = listen(lambda *_: NOISE, stretch(0, 20.0))
    assert len(recogniser.asked) == 1
    assert (heard.words, heard.text) == ((), "")
    assert heard.draft.text == NOISE.text


def test_texts_that_are_made_up_anew_each_time_are_not_believed() -> None:
    def answer(_: int, options: Options) -> Draft:
        words = " ".join(f"word{10 * options.temperature:.0f}x{n}" for n in range(6))
        return replace(SAID, text=words, average_log_probability=-1.5)

    (heard,), _ = listen(answer)
    assert heard.words == ()
    assert heard.draft.suspicions == ("LOG_PROBABILITY", "DISAGREEMENT")


def test_nothing_is_decoded_again_and_everything_believed_if_that_is_set() -> None:
    (heard,), recogniser = listen(lambda *_: NOISE, stretch(0, 20.0), redecode=False)
    assert len(recogniser.asked) == 1
    assert heard.words
    assert "NO_SPEECH" in heard.draft.suspicions


def test_a_window_is_decoded_once_more_with_the_terms_that_are_near() -> None:
    led = replace(SAID, text=SAID.text.replace("Quellen", "Quellon"))
    (heard,), recogniser = listen(lambda _, asked: led if asked.hotwords else SAID, prompter=PROMPTER)
    assert [asked.hotwords for _, asked in recogniser.asked] == ["", "Quellon, Barton"]
    assert (heard.text, heard.draft.terms) == (led.text, ("term:0", "term:1"))
    assert [it.draft.text for it in heard.refused] == [SAID.text]
    assert not heard.redecoded


def test_the_users_hotwords_stay_before_the_terms() -> None:
    _, recogniser = listen(lambda *_: SAID, prompter=PROMPTER, options=replace(OPTIONS, hotwords="Elinor"))
    assert recogniser.asked[-1][1].hotwords == "Elinor, Quellon, Barton"


def test_a_led_decoding_that_invents_a_name_is_refused_and_kept_as_evidence() -> None:
    led = replace(SAID, text=SAID.text.replace("nobody", "Barton"))
    (heard,), _ = listen(lambda _, asked: led if asked.hotwords else SAID, prompter=PROMPTER)
    assert (heard.text, heard.draft.terms) == (SAID.text, ())
    (refused,) = heard.refused
    assert refused.draft.terms == ("term:0", "term:1")
    assert "Barton" in refused.reason


def test_a_led_decoding_that_loops_is_refused() -> None:
    (heard,), _ = listen(lambda _, asked: LOOP if asked.hotwords else SAID, prompter=PROMPTER)
    assert heard.text == SAID.text


def test_a_batch_gives_what_its_windows_would_give_one_by_one() -> None:
    def answer(number: int, options: Options) -> Draft:
        if number == 1 and not options.temperature:
            return LOOP
        return NOISE if number == 2 else SAID

    stretches = [stretch(number, 8.0) for number in range(4)]
    together, _ = listen(answer, *stretches, prompter=PROMPTER)
    listener = Listener(FakeRecogniser(answer), OPTIONS, Thresholds(), lambda: None, PROMPTER)
    before, alone = "", list[Heard]()
    for one in stretches:
        alone += listener.hear([one], before)
        before = alone[-1].text
    assert together == alone
