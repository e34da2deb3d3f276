"""What nobody said is taken out, with its reason; what people said stays, however odd it looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.documents.lyrics import Span
from services.documents.media import AudioTrack
from services.documents.removals import Removals
from services.documents.speech import Region
from services.documents.transcript import Decode, Segment, Transcript, Word
from services.hallucination.canned import kind_of, phrases
from services.hallucination.cleaning import clean
from services.hallucination.passages import Context
from services.hallucination.repetition import Repetition, repetitions
from services.hallucination.settings import HallucinationSettings

TRACK = AudioTrack("audio:0", 0.0, 16_000, 16_000 * 600)
GOOD = Decode(0.0, 1.0, "", (), -0.2, 1.4, 0.01, 0.0)
LOOPING = replace(GOOD, compression_ratio=8.0)
UNSURE = replace(GOOD, average_log_probability=-1.4)
EVERYWHERE = ((0.0, 600.0),)


def segment(
    number: int, text: str, start: float, end: float, *, decode: Decode | None = GOOD, probability: float = 0.9
) -> Segment:
    texts = text.split()
    step = (end - start) / len(texts)
    words = tuple(
        Word(f"word:{number}.{n}", it, start + n * step, start + (n + 1) * step, "aligned", probability, ("region:0",))
        for n, it in enumerate(texts)
    )
    return Segment(f"segment:{number}", start, end, text, words, ("region:0",), decode)


def cleaned(
    *segments: Segment,
    heard: tuple[tuple[float, float], ...] = EVERYWHERE,
    sung: tuple[float, float] | None = None,
    language: str = "en",
) -> tuple[Transcript, Removals]:
    regions = tuple(
        Region(f"region:{n}", start, end, round(start * 16_000), round(end * 16_000), 0.9, ("audio:0",))
        for n, (start, end) in enumerate(heard)
    )
    singing = (Span("lyric:0", *sung, "singing", 0.9, "stems", (), ("segment:0",)),) if sung else ()
    context = Context(HallucinationSettings(), regions, singing, TRACK.end)
    return clean(Transcript(language, TRACK, segments), context)


def reasons(*segments: Segment, **known: object) -> list[str]:
    return [removal.reason for removal in cleaned(*segments, **known)[1].removals]  # type: ignore[arg-type]


def text(*segments: Segment, **known: object) -> str:
    kept = cleaned(*segments, **known)[0]  # type: ignore[arg-type]
    return " ".join(segment.text for segment in kept.segments)


TALK = segment(0, "Where were you last night?", 10, 12)
ANSWER = segment(1, "Thank you.", 13, 13.8)


def test_thank_you_that_is_really_said_stays() -> None:
    assert reasons(TALK, ANSWER) == []


def test_thank_you_that_is_really_said_at_the_very_end_and_alone_stays() -> None:
    assert reasons(TALK, segment(1, "Thank you.", 590, 591)) == []


def test_thank_you_where_nobody_speaks_goes_and_tells_why() -> None:
    _, removals = cleaned(TALK, segment(1, "Thanks for watching!", 100, 101), heard=((9.0, 13.0),))
    (removal,) = removals.removals
    assert (removal.reason, removal.text) == ("canned_phrase", "Thanks for watching!")
    assert removal.sources == ("word:1.0", "word:1.1", "word:1.2")
    assert removal.evidence["heard_share"] == 0.0
    assert removal.evidence["points"] == 2.5
    assert removal.evidence["limit"] == 2.0
    assert "unheard" in str(removal.evidence["doubts"])


def test_a_doubtful_canned_phrase_goes_even_inside_a_region() -> None:
    assert reasons(TALK, segment(1, "Thank you.", 100, 101, decode=UNSURE, probability=0.3)) == ["canned_phrase"]


def test_a_canned_phrase_inside_a_sentence_stays() -> None:
    line = segment(0, "I wanted to say thanks for watching my children", 10, 13, decode=UNSURE, probability=0.3)
    assert reasons(line) == []


def test_a_credit_needs_one_doubt_and_talk_two() -> None:
    credit = segment(1, "Subtitles by the Amara.org community", 100, 103, decode=UNSURE)
    assert reasons(TALK, credit) == ["canned_phrase"]
    assert reasons(TALK, segment(1, "Good night.", 100, 103, decode=UNSURE)) == []
    assert reasons(TALK, segment(1, "Please subscribe!", 14, 15)) == []


def test_a_canned_sentence_goes_and_its_neighbours_stay() -> None:
    mixed = segment(1, "Come in. Thanks for watching.", 100, 104, decode=UNSURE, probability=0.4)
    assert text(mixed) == "Come in."


@pytest.mark.parametrize(
    ("language", "wording", "kind"),
    [
        ("en-GB", "THANKS FOR WATCHING!!!", "talk"),
        ("es", "¡Gracias por ver el video!", "talk"),
        ("es", "Subtítulos realizados por la comunidad", "credit"),
        ("pt-BR", "Legendas pela comunidade Amara.org", "credit"),
        ("pt", "Obrigado por assistir.", "talk"),
        ("fr", "Sous-titrage ST' 501", "credit"),
        ("fr", "Merci d’avoir regardé cette vidéo !", "talk"),  # noqa: RUF001  as French is written
        ("de", "Untertitel im Auftrag des ZDF, 2020", "credit"),
        ("de", "Vielen Dank fürs Zuschauen!", "talk"),
        ("it", "Sottotitoli e revisione a cura di QTSS", "credit"),
        ("nl", "Ondertiteld door de gemeenschap", "credit"),
        ("pl", "Napisy stworzone przez społeczność Amara.org", "credit"),
        ("pl", "Dziękuję za oglądanie.", "talk"),
        ("ru", "Субтитры сделал DimaTorzok", "credit"),
        ("ru", "Продолжение следует...", "talk"),
        ("uk", "Дякую за перегляд!", "talk"),
        ("tr", "İzlediğiniz için teşekkür ederim.", "talk"),
        ("tr", "Altyazı M.K.", "credit"),  # noqa: RUF001  as Turkish is written
        ("ar", "اشتركوا في القناة", "credit"),
        ("hi", "देखने के लिए धन्यवाद।", "talk"),
        ("zh", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "credit"),
        ("zh", "谢谢 观看", "talk"),
        ("ja", "ご視聴ありがとうございました。", "talk"),
        ("ko", "시청해주셔서 감사합니다.", "talk"),
        ("ko", "구독과 좋아요 부탁드립니다", "credit"),
        ("sw", "Amara.org", "credit"),
    ],
)
def test_canned_phrases_are_known_in_every_language(language: str, wording: str, kind: str) -> None:
    assert kind_of(wording, language) == kind


@pytest.mark.parametrize(
    "line", ["He was not an ill-disposed young man.", "In 2019 we left.", "Thank you, Mary.", "¿?", ""]
)
@pytest.mark.parametrize("language", sorted(phrases()))
def test_no_table_takes_ordinary_lines_for_canned(language: str, line: str) -> None:
    assert kind_of(line, language) == ""


def test_a_loop_keeps_its_first_occurrence() -> None:
    loop = segment(0, "I see. " + "He is here. " * 9, 10, 14, decode=LOOPING)
    assert text(loop) == "I see. He is here."
    assert reasons(loop) == ["loop"]


def test_what_people_repeat_stays() -> None:
    assert reasons(segment(0, "No! No! No! No! No! No! No! No! No! No!", 10, 14)) == []
    assert reasons(segment(0, "Help me! Help me! Help me! Help me! Help me! Help me!", 10, 14)) == []


def test_a_loop_with_no_time_to_be_said_goes() -> None:
    assert reasons(segment(0, "Help me! " * 8, 10, 10.8)) == ["loop"]


def test_a_loop_beyond_all_measure_goes_without_further_doubt() -> None:
    assert reasons(segment(0, "over and " * 40, 10, 40)) == ["loop"]


def repeated(count: int, line: str = "I don't know what to do.", **known: object) -> list[Segment]:
    return [segment(n, line, 10 + 4 * n, 12 + 4 * n, **known) for n in range(count)]  # type: ignore[arg-type]


def test_84_times_the_same_sentence_becomes_one() -> None:
    assert text(*repeated(84)) == "I don't know what to do."
    assert set(reasons(*repeated(84))) == {"repeated_neighbour"}


def test_two_sentences_in_turn_are_repeated_neighbours_too() -> None:
    lines = [segment(n, ("Where is he?", "I don't know.")[n % 2], 4 * n, 4 * n + 2) for n in range(84)]
    assert text(*lines) == "Where is he? I don't know."


def test_a_sentence_said_a_few_times_stays_unless_there_is_doubt() -> None:
    assert reasons(*repeated(6)) == []
    assert text(*repeated(6, decode=UNSURE)) == "I don't know what to do."


def test_a_chant_of_one_word_stays_however_long() -> None:
    assert reasons(*repeated(40, "Attica!")) == []


def test_a_chorus_stays_where_it_is_sung() -> None:
    assert reasons(*repeated(9, decode=UNSURE), sung=(0.0, 100.0)) == []
    assert set(reasons(*repeated(9, decode=UNSURE))) == {"repeated_neighbour"}


def test_a_loop_in_a_song_goes_when_no_song_is_like_that() -> None:
    loop = segment(0, "la la la la " * 20, 10, 12, decode=LOOPING)
    assert reasons(loop, sung=(0.0, 100.0)) == ["loop"]


def test_text_where_nobody_speaks_goes_and_a_little_beside_a_region_stays() -> None:
    assert reasons(segment(0, "The door is open.", 50, 52), heard=((10.0, 20.0),)) == ["no_speech"]
    assert reasons(segment(0, "The door is open.", 20.2, 20.6), heard=((10.0, 20.0),)) == []


def test_singing_stays_where_voice_activity_detection_missed_it() -> None:
    assert reasons(segment(0, "The door is open.", 50, 52), heard=((10.0, 20.0),), sung=(49.0, 53.0)) == []


def test_a_line_in_another_script_goes_unless_it_is_surely_said() -> None:
    assert reasons(segment(0, "Подписывайтесь на мой канал", 10, 12, probability=0.6)) == ["wrong_script"]
    assert reasons(segment(0, "Где ты был вчера?", 10, 12, probability=0.95)) == []


def test_latin_names_and_several_scripts_are_right() -> None:
    assert reasons(segment(0, "Thank you Mister Smith", 10, 12, probability=0.6), language="hi") == []
    assert reasons(segment(0, "東京 タワー まで 行きます", 10, 12, probability=0.6), language="ja") == []
    assert reasons(segment(0, "Привет", 10, 12, probability=0.6), language="und") == []


def test_sung_words_name_their_span_and_every_element_its_predecessor() -> None:
    kept, _ = cleaned(segment(0, "sing with me", 10, 13), segment(1, "Hello there.", 20, 22), sung=(9.5, 13.5))
    assert [word.lyric for word in kept.words] == ["lyric:0"] * 3 + [None] * 2
    assert [word.sources for word in kept.words] == [(word.id,) for word in kept.words]
    assert [it.sources for it in kept.segments] == [("segment:0",), ("segment:1",)]


def test_text_is_cleaned_with_the_spaces_of_its_language() -> None:
    mixed = segment(0, "你 在 哪里 ？ 谢谢 观看 。", 100, 104, decode=UNSURE, probability=0.3)  # noqa: RUF001
    assert text(mixed, language="zh") == "你在哪里？"  # noqa: RUF001


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ("abc", []),
        ("aaa", [Repetition(0, 1, 3)]),
        ("xababab", [Repetition(1, 2, 3)]),
        ("aabaab", [Repetition(0, 3, 2)]),
        ("aabb", [Repetition(0, 1, 2), Repetition(2, 1, 2)]),
    ],
)
def test_repetitions_are_counted_in_their_own_unit(items: str, found: list[Repetition]) -> None:
    assert list(repetitions(items, 3)) == found
