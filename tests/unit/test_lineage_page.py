"""The picture: complete, self-contained, and deaf to what strangers wrote into titles."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.lineage.facts import JobFacts
from coordinator.lineage.html import page
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import plain, show_text
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import LINES, STAGES, JobWriter, step_of, write_job

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "<!--<script>",
    "]]>&lt;b&gt;",
    "\u2028\u2029\u202e\x1b[31mred\x07",
    "$title $data ${script}",
    "मौसम 🌧️ ذ",
)


class Page(HTMLParser):
    """What a browser would make of the page: elements, attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style"):
            (self.scripts if self.elements[-1][0] == "script" else self.styles).append(data)
            self.elements.append(("", {}))

    @property
    def data(self) -> dict[str, object]:
        content: dict[str, object] = json.loads(self.scripts[0])
        return content

    @property
    def policy(self) -> str:
        return next(
            one["content"] or "" for _, one in self.elements if one.get("http-equiv") == "Content-Security-Policy"
        )


def facts_of(title: str = "A Bright Day", lines: tuple[str, ...] = LINES, file_name: str = "film.mkv") -> JobFacts:
    store = MemoryStore()
    writer = JobWriter(store, title=title, lines=lines, file_name=file_name)
    writer.write(STAGES, {})
    writer.seal()
    return read_job(store, "film")


def hash_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_titles_and_texts_stay_text(hostile: str) -> None:
    harmless = Page(page(facts_of("A", ("a b", "c d"), "a.mkv")))
    line = f"{' '.join(hostile.splitlines())} a".strip()
    seen = Page(page(facts_of(hostile, (line, "c d"), hostile)))
    assert [tag for tag, _ in seen.elements] == [tag for tag, _ in harmless.elements]
    assert {key for _, given in seen.elements for key in given} == {
        key for _, given in harmless.elements for key in given
    }
    cues = seen.data["tracks"][0]["cues"]  # type: ignore[index]
    assert cues[0]["text"] == line


@given(st.text(max_size=60).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_title_leaves_the_page_as_it_is(title: str) -> None:
    seen = Page(page(facts_of(title)))
    assert len(seen.scripts) == 2


def test_the_policy_lets_in_the_pages_own_script_and_style_and_nothing_else() -> None:
    seen = Page(page(facts_of()))
    assert seen.policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{hash_of(seen.scripts[1])}'" in seen.policy
    assert f"style-src 'sha256-{hash_of(seen.styles[0])}'" in seen.policy
    assert "unsafe" not in seen.policy


def test_the_page_needs_nothing_from_elsewhere() -> None:
    seen = Page(page(facts_of()))
    wanted = {"src", "href", "srcset", "action", "style"}
    assert not [given for _, given in seen.elements if wanted & set(given)]
    assert not re.search(r"url\(|@import|https?://|fetch\(|import\(|innerHTML", "".join(seen.scripts + seen.styles))


def test_the_page_has_every_stage_and_every_cue_with_its_way_back() -> None:
    seen = Page(page(facts_of()))
    cards = [given["data-node"] for _, given in seen.elements if "card" in (given.get("class") or "").split()]
    assert cards == ["film", *(f"step:{step_of(stage).folder}/_" for stage in STAGES)]
    track = seen.data["tracks"][0]  # type: ignore[index]
    assert [cue["trace"]["span"]["stream"]["id"] for cue in track["cues"]] == ["audio:0", "audio:0"]
    assert set(track["nodes"]) <= set(cards)


def test_a_broken_lineage_is_shown_as_broken() -> None:
    store = MemoryStore()
    write_job(store)
    for key in list(store.list(step_of("asr").prefix)):
        store.delete(key)
    text = page(read_job(store, "film"))
    assert "MANIFEST_MISSING" in text
    track = Page(text).data["tracks"][0]  # type: ignore[index]
    assert all(cue["trace"] is None and cue["problem"] for cue in track["cues"])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_tree_for_the_terminal_holds_no_control_characters(hostile: str) -> None:
    text = show_text(facts_of(hostile, file_name=hostile))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text)


def test_scripts_and_emoji_keep_their_joiners() -> None:
    assert plain("क्‍ष 👩‍🚀") == "क्‍ष 👩‍🚀"
