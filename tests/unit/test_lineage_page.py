"""The picture: complete, self-contained, and deaf to what strangers wrote into titles."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.lineage.facts import JobFacts
from coordinator.lineage.page import html as page_module
from coordinator.lineage.page.html import LIBRARIES, page
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import plain, show_text
from services.runtime.store.memory import MemoryStore
from tests.edited_tracks import with_first_cue_edited
from tests.jobs_in_memory import LINES, STAGES, JobWriter, step_of, write_job

VENDOR = Path(page_module.__file__).with_name("vendor")
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
    def data(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.scripts[0])
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
    cues = seen.data["tracks"][0]["cues"]
    assert cues[0]["text"] == line


@given(st.text(max_size=60).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_title_leaves_the_page_as_it_is(title: str) -> None:
    seen = Page(page(facts_of(title)))
    assert len(seen.scripts) == 4


def test_the_policy_lets_in_the_pages_own_scripts_and_style_and_nothing_else() -> None:
    seen = Page(page(facts_of()))
    scripts = " ".join(f"'sha256-{hash_of(script)}'" for script in seen.scripts[1:])
    style = f"'sha256-{hash_of(seen.styles[0])}'"
    wanted = f"default-src 'none'; style-src {style}; script-src {scripts}; base-uri 'none'; form-action 'none'"
    assert seen.policy == wanted


def test_the_page_names_nothing_from_elsewhere_and_writes_no_markup() -> None:
    seen = Page(page(facts_of()))
    wanted = {"src", "href", "srcset", "action", "style"}
    assert not [given for _, given in seen.elements if wanted & set(given)]
    assert not re.search(r"url\(|@import|https?://|fetch\(|import\(|innerHTML|eval", seen.scripts[-1] + seen.styles[0])


def test_no_element_names_a_handler() -> None:
    seen = Page(page(facts_of(*HOSTILE[:1], file_name=HOSTILE[2])))
    assert not [name for _, given in seen.elements for name in given if name.startswith("on")]


def test_every_library_is_named_with_its_licence() -> None:
    text = page(facts_of())
    for name in LIBRARIES:
        assert (VENDOR / f"{name}.LICENSE").read_text("utf-8") in text


def test_every_library_is_the_one_that_was_taken_in() -> None:
    pins = tomllib.loads((VENDOR / "versions.toml").read_text("utf-8"))
    assert set(pins) == set(LIBRARIES)
    for name, pin in pins.items():
        assert hashlib.sha256((VENDOR / f"{name}.min.js").read_bytes()).hexdigest() == pin["sha256"]


def test_the_picture_has_every_stage_with_its_files() -> None:
    nodes = Page(page(facts_of())).data["nodes"]
    stages = [node["folder"] for node in nodes if node["kind"] == "stage"]
    assert stages == [step_of(stage).folder for stage in STAGES]
    files = [node["label"] for node in nodes if node["parent"] == "step:01_demux/_"]
    assert files == ["speech_audio", "media_document"]


def test_every_cue_has_its_way_back() -> None:
    (track,) = Page(page(facts_of())).data["tracks"]
    assert [cue["way"]["span"]["stream"] for cue in track["cues"]] == ["audio:0, aac, eng"] * 2
    assert [cue["way"]["extract"].split()[0] for cue in track["cues"]] == ["ffmpeg"] * 2


def test_what_lights_up_for_a_cue_is_its_documents_its_sound_and_the_film() -> None:
    data = Page(page(facts_of())).data
    lit = data["tracks"][0]["lit"]
    names = {node["id"]: node.get("folder") or node["label"] for node in data["nodes"]}
    assert {names[node] for node in lit["nodes"]} == {
        "film.mkv", "01_demux", "speech_audio", "media_document", "02_vad", "speech", "03_asr", "04_alignment",
        "transcript", "05_subtitles", "cues",
    }  # fmt: skip
    known = [(edge["source"], edge["target"]) for edge in data["edges"]]
    assert {tuple(edge) for edge in lit["edges"]} <= set(known)
    assert ("film", "step:06_mux/_") in known
    assert ["film", "step:06_mux/_"] not in lit["edges"]


def test_a_cue_that_a_person_edited_says_who_and_what_stood_there_and_lights_up_their_file() -> None:
    data = Page(page(with_first_cue_edited(facts_of(), "Mine.", "Ann"))).data
    (track,) = data["tracks"]
    edits = [cue["way"]["edit"] for cue in track["cues"]]
    assert (edits[0]["file_name"], edits[0]["author"], edits[0]["row"]) == ("mine.srt", "Ann", 2)
    assert [former["text"] for former in edits[0]["former"]] == [LINES[0]]
    assert edits[1] is None
    names = {node["id"]: node["label"] for node in data["nodes"]}
    assert [names[node] for node in track["lit_edit"]["nodes"]] == ["mine.srt"]
    assert set(track["lit_edit"]["nodes"]).isdisjoint(track["lit"]["nodes"])


def test_a_broken_lineage_is_shown_as_broken() -> None:
    store = MemoryStore()
    write_job(store)
    for key in list(store.list(step_of("asr").prefix)):
        store.delete(key)
    text = page(read_job(store, "film"))
    assert "MANIFEST_MISSING" in text
    track = Page(text).data["tracks"][0]
    assert all(cue["way"] is None and cue["problem"] for cue in track["cues"])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_tree_for_the_terminal_holds_no_control_characters(hostile: str) -> None:
    text = show_text(facts_of(hostile, file_name=hostile))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text)


def test_scripts_and_emoji_keep_their_joiners() -> None:
    assert plain("क्‍ष 👩‍🚀") == "क्‍ष 👩‍🚀"
