"""Exports by the tools of others: roc-validator, Graphviz and Mermaid take what they are given."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from coordinator.lineage.exports.dot import as_dot
from coordinator.lineage.exports.formats import FORMATS, write_whole
from coordinator.lineage.exports.mermaid import as_mermaid
from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.lineage.text import plain
from services.runtime.store.memory import MemoryStore
from tests import jobs_of_every_kind
from tests.browser import opened
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.jobs_in_memory import JobWriter
from tests.ro_crate_validator import findings

MERMAID = Path(".cache/mermaid/mermaid.min.js").absolute()
"""Where `deploy/setup.sh dev` puts it."""
ALL_BUT_THE_LAST = "".join(HOSTILE[:-1])
KNOWN_SHORTCOMINGS = (
    "The Action SHOULD have a result",
    "The Application SHOULD have a url",
    "The SoftwareApplication id SHOULD be an absolute URI",
    "The organization SHOULD have a URL.",
)
"""What is recommended and cannot be had: Cuegraph has no address on the web, and a failed attempt made nothing."""


@pytest.mark.parametrize("kind", jobs_of_every_kind.KINDS)
def test_a_crate_of_any_job_passes_every_required_check(kind: str, tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], KINDS[kind](tmp_path / "job"), tmp_path / "crate")
    assert findings(tmp_path / "crate", tmp_path) == set()


def test_a_crate_with_names_of_strangers_falls_short_only_of_known_recommendations(tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], film_called(ALL_BUT_THE_LAST), tmp_path / "crate")
    found = findings(tmp_path / "crate", tmp_path, "recommended")
    assert found <= set(KNOWN_SHORTCOMINGS)


def test_the_validator_sees_what_is_wrong_with_a_crate(tmp_path: Path) -> None:
    write_whole(FORMATS["ro-crate"], film_called("A Bright Day"), tmp_path / "crate")
    metadata = tmp_path / "crate/ro-crate-metadata.json"
    said = json.loads(metadata.read_text("utf-8"))
    for entity in said["@graph"]:
        if entity["@type"] == "ControlAction":
            del entity["object"]
    metadata.write_text(json.dumps(said))
    assert findings(tmp_path / "crate", tmp_path) == {
        "A ControlAction must reference the action representing the corresponding tool run via object"
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_graphviz_draws_any_name(name: str) -> None:
    drawn = subprocess.run(
        ["dot", "-Tsvg"], input=as_dot(film_called(name).facts), capture_output=True, text=True, timeout=60, check=True
    )
    assert drawn.stderr == ""
    assert drawn.stdout.count('class="edge"') == as_dot(film_called(name).facts).count(" -> ")


def many_shards(shards: int) -> JobFacts:
    """A film of that many parts, each demuxed and heard alone: three edges a shard."""
    writer = JobWriter(MemoryStore(), file_name=HOSTILE[0])
    writer.write((), {})
    for shard in range(shards):
        writer.step(1, "demux", shard=f"s{shard}")
        writer.step(2, "vad", shard=f"s{shard}")
    return read_job(writer.store, "film")


def drawn_by_mermaid(browser: Browser, text: str, folder: Path) -> tuple[list[str], int]:
    """The labels of the nodes and the number of edges in the picture, drawn by a page that reaches nothing."""
    page = folder / "page.html"
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><script src="{MERMAID.as_uri()}"></script><main></main>')
    with opened(browser, page) as shown:
        draw = "async (text) => { document.querySelector('main').innerHTML = (await mermaid.render('it', text)).svg; }"
        shown.page.evaluate(draw, text)
        labels: list[str] = shown.page.locator(".node").all_text_contents()
        return [label.strip() for label in labels], shown.page.locator(".flowchart-link").count()


@pytest.mark.parametrize("name", HOSTILE)
def test_mermaid_draws_any_name_as_it_is(name: str, chromium: Browser, tmp_path: Path) -> None:
    labels, _ = drawn_by_mermaid(chromium, as_mermaid(film_called(name).facts), tmp_path)
    told = " ".join(plain(name).split())
    assert " ".join(labels[0].split()) == (told if len(plain(name)) <= 80 else f"{told[:79]}…")


@pytest.mark.parametrize("shards", [1, 100, 400])
def test_mermaid_draws_a_graph_of_any_size(shards: int, chromium: Browser, tmp_path: Path) -> None:
    text = as_mermaid(many_shards(shards))
    _, edges = drawn_by_mermaid(chromium, text, tmp_path)
    assert edges == text.count(" --> ") > 0
