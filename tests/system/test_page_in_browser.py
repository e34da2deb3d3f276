"""The lineage page in a browser: everything on it works by mouse and by keys, and it asks for nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from coordinator.lineage.graph import build
from coordinator.lineage.page.html import page
from coordinator.lineage.reading import read_job
from services.runtime.store.memory import MemoryStore
from tests.browser import PHONE, Opened, opened
from tests.edited_tracks import with_first_cue_edited
from tests.jobs_in_memory import STAGES, JobWriter, write_job
from tests.jobs_of_every_kind import KINDS
from tests.wide_jobs import wide_job

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"
TEXTS = ("ink", "soft", "good", "reused", "idle", "bad", "warning", "accent")
PAPERS = ("card", "paper", "wash")
STEPS = {f"step:{number:02d}_{stage}/_" for number, stage in enumerate(STAGES, 1)}


def written(folder: Path, **changes: str) -> Path:
    store = MemoryStore()
    writer = JobWriter(store, **changes)  # type: ignore[arg-type]
    writer.write(STAGES, {})
    writer.seal()
    path = folder / "film.html"
    path.write_text(page(read_job(store, "film")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_of_every_kind_is_drawn_as_it_ended(chromium: Browser, kind: str, tmp_path: Path) -> None:
    store = MemoryStore()
    KINDS[kind](store, tmp_path / "work")
    facts = read_job(store, "job1")
    path = tmp_path / "page.html"
    path.write_text(page(facts), encoding="utf-8")
    with opened(chromium, path) as seen:
        seen.page.click("#expand")
        steps = {node.id: node.status for node in build(facts).nodes if node.id.startswith("step:")}
        drawn = {name for name in seen.ids(".step") if name.startswith("step:")}
        assert drawn == set(steps)
        assert all(name in seen.ids(f".{status}") for name, status in steps.items())


def test_a_status_is_told_by_a_word_and_a_symbol_too(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        captions = seen.ask("cy.nodes('.caption.SUCCEEDED').map((node) => node.data('label'))")
        assert len(captions) == len(STAGES)
        assert all(caption.startswith("✓ succeeded") for caption in captions)
        expect(seen.page.locator("#legend")).to_have_text("✓ succeeded")


def test_a_click_on_a_stage_shows_its_manifest(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        seen.click_node("step:03_asr/_")
        assert seen.ids(".chosen") == {"step:03_asr/_"}
        shown = " ".join(seen.details.split())
        for part in ("03_asr ✓ succeeded", "beam_size 5 command line", "whisper-tiny-en"):
            assert part in shown
        for part in (
            "speech_audio 01_demux",
            "transcript",
            "stage.log",
            "real-time factor 0.6875",
            "loading models 1.0 s",
        ):
            assert part in shown
        seen.page.click("#details .link >> text=01_demux")
        assert "01_demux" in seen.page.locator("#details h2").inner_text()


def test_a_second_click_expands_a_stage_and_a_third_collapses_it(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        assert seen.ids(".file") == set()
        for clicks, expected in ((2, {"speech_audio", "media_document"}), (1, set())):
            for _ in range(clicks):
                seen.click_node("step:01_demux/_")
            assert set(seen.ask("cy.nodes('.file').map((node) => node.data('label'))")) == expected


def test_a_file_says_who_made_it_and_who_took_it(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        seen.page.click("#expand")
        (audio,) = (name for name in seen.ids(".file") if ":speech_audio:" in name)
        seen.click_node(audio)
        shown = " ".join(seen.details.split())
        assert "made by 01_demux" in shown
        assert all(f"{taker} speech_audio" in shown for taker in ("02_vad", "03_asr", "04_alignment"))


def test_shards_are_one_stage_until_it_is_expanded(chromium: Browser, tmp_path: Path) -> None:
    store = MemoryStore()
    KINDS["partly_failed"](store, tmp_path / "work")
    path = tmp_path / "page.html"
    path.write_text(page(read_job(store, "job1")), encoding="utf-8")
    with opened(chromium, path) as seen:
        (holder,) = (name for name in seen.ids(".FAILED") if name.startswith("stage:"))
        assert seen.ids(".shard") == set()
        seen.click_node(holder)
        seen.click_node(holder)
        assert {name.rpartition("/")[2] for name in seen.ids(".shard")} >= {"es"}
        (failed,) = seen.ids(".shard.FAILED")
        seen.click_node(failed)
        assert "no Spanish today" in seen.details


def test_a_cue_that_a_person_edited_lights_up_their_file_too(chromium: Browser, tmp_path: Path) -> None:
    store = MemoryStore()
    write_job(store)
    path = tmp_path / "page.html"
    path.write_text(page(with_first_cue_edited(read_job(store, "film"), "Mine.", "Ann <b>")), encoding="utf-8")
    with opened(chromium, path) as seen:
        rows = seen.page.locator("#cues li")
        for number, is_edited in ((0, True), (1, False)):
            rows.nth(number).click()
            assert ("line 2 of mine.srt of Ann <b>" in seen.details) is is_edited
            lit = seen.ask("cy.nodes('.lit').map((node) => node.data('label'))")
            assert any("mine.srt" in label for label in lit) is is_edited


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("alignment", "04_alignment"),
        ("subtitles_srt", "subtitles_srt of 05_subtitles"),
        ("whisper tiny", "03_asr"),
        ("7a7a7a7a7a7a", "03_asr"),
        ("river slowly", "The river ran slowly."),
        ("succeeded subtitles", "05_subtitles"),
    ],
)
def test_stages_files_digests_models_and_cues_are_found(chromium: Browser, film: Path, wanted: str, title: str) -> None:
    with opened(chromium, film) as seen:
        seen.page.fill("#search", wanted)
        expect(seen.page.locator("#results [role=option]").first).to_contain_text(title)
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#results")).to_be_hidden()
        assert title.partition(" of ")[0] in seen.details


def test_what_is_found_is_marked_in_the_picture(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        seen.page.fill("#search", "pocketsphinx")
        assert seen.ids(".found") == {"step:04_alignment/_"}
        seen.page.keyboard.press("Escape")
        assert seen.ids(".found") == set()


def test_a_cue_lights_its_way_back_to_the_film(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, permissions=["clipboard-read", "clipboard-write"]) as seen:
        seen.page.click("#cues li:nth-child(2)")
        assert seen.ids(".lit") == {"film", *STEPS} - {"step:06_mux/_"}
        assert seen.ask("cy.edges('.lit').map((edge) => edge.target().id())").count("step:06_mux/_") == 0
        assert seen.ids(".dim") == {"step:06_mux/_"}
        shown = seen.details
        for part in (
            "The river ran slowly.",
            "river",
            "p 0.93",
            "region-2",
            "Heard in speech_audio of demux",
            "audio:0, aac, eng",
        ):
            assert part in shown
        seen.page.click("#details .command:last-of-type button")
        assert seen.page.evaluate("navigator.clipboard.readText()").startswith("ffmpeg ")
        seen.page.keyboard.press("Escape")
        assert seen.ids(".lit, .dim") == set()


def test_a_way_that_is_broken_lights_nothing_and_says_why(chromium: Browser, tmp_path: Path) -> None:
    store = MemoryStore()
    writer = JobWriter(store)
    writer.write(STAGES, {})
    for key in list(store.list("jobs/film/stages/03_asr/")):
        store.delete(key)
    path = tmp_path / "page.html"
    path.write_text(page(read_job(store, "film")), encoding="utf-8")
    with opened(chromium, path, "#cue=1") as seen:
        assert "LINEAGE_BROKEN" in seen.details
        assert seen.ids(".lit") == set()
        seen.page.click("#tab-findings")
        expect(seen.page.locator("#findings")).to_contain_text("INPUT_DANGLING")


@pytest.mark.parametrize(
    ("anchor", "title"), [("#cue=2", "Cue 2"), ("#step=03_asr", "03_asr"), ("#step=nowhere", "How")]
)
def test_a_link_opens_with_a_cue_or_a_stage(chromium: Browser, film: Path, anchor: str, title: str) -> None:
    with opened(chromium, film, anchor) as seen:
        expect(seen.page.locator("#details h2")).to_contain_text(title)


def test_the_stages_are_a_table_too(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        seen.page.click("#tab-stages")
        rows = [" ".join(row.split()) for row in seen.page.locator("#stages tbody tr").all_inner_texts()]
        assert len(rows) == len(STAGES)
        assert rows[2] == "03_asr ✓ succeeded 01_demux: speech_audio; 02_vad: speech transcript"
        seen.page.click("#stages >> text=03_asr")
        expect(seen.page.locator("#details h2")).to_have_text("03_asr")


def focused(seen: Opened) -> str:
    return str(seen.page.evaluate("document.activeElement.id || document.activeElement.className"))


def test_all_can_be_done_with_keys_alone(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        press = seen.page.keyboard.press
        press("/")
        assert focused(seen) == "search"
        press("Tab")
        assert focused(seen) == "picture"
        assert seen.ids(".focused") == {"film"}
        press("ArrowDown")
        assert seen.ids(".focused") == {"step:01_demux/_"}
        press("Enter")
        assert "01_demux" in seen.details
        press(" ")
        assert len(seen.ids(".file")) == 2
        expect(seen.page.locator("#announcement")).to_have_text("01_demux expanded")
        press(" ")
        assert seen.ids(".file") == set()
        for _ in range(6):
            press("Tab")
        assert focused(seen) == "tab-cues"
        press("ArrowRight")
        assert focused(seen) == "tab-stages"
        press("ArrowLeft")
        press("Tab")
        assert focused(seen) == "cues"
        press("ArrowDown")
        press("ArrowDown")
        press("Enter")
        assert "Cue 2" in seen.details
        press("Escape")
        assert seen.ids(".lit") == set()


def test_the_focus_is_seen(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        for _ in range(8):
            seen.page.keyboard.press("Tab")
            assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_hostile_names_are_inert(chromium: Browser, tmp_path: Path) -> None:
    path = written(tmp_path, title=HOSTILE, file_name=HOSTILE, lines=(HOSTILE, HOSTILE))  # type: ignore[arg-type]
    with opened(chromium, path, "#cue=1") as seen:
        seen.page.click("#expand")
        assert seen.page.locator(".quote").inner_text() == HOSTILE
        seen.page.click("#details h2")
        seen.page.fill("#search", "alert")
        expect(seen.page.locator("#results [role=option]").first).to_contain_text("onerror")
        assert seen.page.locator("img, svg, iframe, #details script").count() == 0


def test_a_script_that_the_page_did_not_bring_does_not_run(chromium: Browser, film: Path) -> None:
    with opened(chromium, film) as seen:
        seen.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
        )
        assert seen.page.evaluate("window.ran") is None
        assert re.search("violates .* script-src|Content Security Policy", seen.said.pop())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_as_wcag_asks_for(chromium: Browser, film: Path, scheme: str) -> None:
    with opened(chromium, film, color_scheme=scheme) as seen:
        colours = {name: rgb(seen, name) for name in TEXTS + PAPERS}
        faint = [(text, on) for text in TEXTS for on in PAPERS if contrast(colours[text], colours[on]) < 4.5]
        assert not faint
        assert contrast(rgb(seen, "edge"), colours["card"]) >= 2.0


def rgb(seen: Opened, name: str) -> tuple[float, ...]:
    text = seen.page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')")
    return tuple(int(text.strip()[place : place + 2], 16) / 255 for place in (1, 3, 5))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Contrast ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance of WCAG 2.2."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_picture_follows_a_change_to_dark(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, color_scheme="light") as seen:
        name = "document.getElementById('picture')._cyreg.cy.getElementById('film').style('color')"
        assert seen.page.evaluate(name) == "rgb(255,255,255)"
        seen.page.emulate_media(color_scheme="dark")
        seen.page.wait_for_function(f"() => {name} === 'rgb(24,30,39)'")


def test_nothing_moves_for_those_who_do_not_want_it(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, reduced_motion="reduce") as seen:
        seen.ask("void cy.pan({x: -5000, y: -5000})")
        seen.page.evaluate("location.hash = '#step=03_asr'")
        expect(seen.page.locator("#details h2")).to_have_text("03_asr")
        assert not seen.ask("cy.animated()")
        assert seen.ask("cy.getElementById('step:03_asr/_').renderedPosition('x')") > 0


def test_a_phone_shows_all_without_scrolling_sideways(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, "#cue=1", viewport=PHONE, is_mobile=True, has_touch=True) as seen:
        assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
        assert seen.ask("cy.zoom()") >= 0.6
        seen.page.locator("#details .command button").first.scroll_into_view_if_needed()


def test_a_desktop_shows_all_without_scrolling_the_page(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, "#step=03_asr") as seen:
        assert seen.page.evaluate("document.scrollingElement.scrollHeight") <= 800


def test_what_is_printed_has_the_lists_and_no_buttons(chromium: Browser, film: Path) -> None:
    with opened(chromium, film, "#cue=1", color_scheme="dark") as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        for shown in ("#picture", "#cues", "#stages", "#details .chain"):
            expect(seen.page.locator(shown)).to_be_visible()
        for hidden in ("#search", ".tools", ".tabs"):
            expect(seen.page.locator(hidden)).to_be_hidden()
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(24, 32, 44)"


@pytest.mark.parametrize(("stages", "shards"), [(20, 25), (500, 1)])
def test_a_thousand_nodes_can_be_drawn_and_searched(
    chromium: Browser, stages: int, shards: int, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(wide_job(stages, shards)), encoding="utf-8")
    with opened(chromium, path) as seen:
        seen.page.click("#expand")
        assert len(seen.ids("node")) > 1_000
        seen.page.fill("#search", f"stage{stages}")
        expect(seen.page.locator("#results [role=option]").first).to_be_visible()
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        assert len(seen.ids(".chosen")) == 1
