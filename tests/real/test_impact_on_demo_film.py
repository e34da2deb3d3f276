"""One entry of a glossary is changed: what is foreseen is what happens, on the demo film with real models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.documents import codec
from services.documents.cues import Cues
from tests.cuegraph import Ran, cuegraph
from tests.film import sample_film

TERM = "Dashwood"
OTHERS = ("Norland", "Marianne", "Okonkwo")


@dataclass(frozen=True)
class Made:
    """A job, and the same with one entry changed."""

    folder: Path
    before: dict[str, Any]
    impact: dict[str, Any]

    @property
    def after(self) -> dict[str, Any]:
        after: dict[str, Any] = self.impact["applied"]
        return after

    def ask(self, *words: str) -> Ran:
        return cuegraph("lineage", *words, "--store", self.folder / "store", "--json")


def glossary(path: Path, alias: str) -> Path:
    lines = [f"{TERM}\t{alias}", *(f"{other}\t" for other in OTHERS)]
    path.write_text("\n".join(["term\taliases", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("impact")
    film = sample_film(folder / "demo.mkv").path
    places = ("--store", folder / "store", "--out", folder / "out", "--json")
    before = cuegraph(
        "run", film, "--workflow", "transcribe", "--profile", "cpu-small", "--set", "asr.model=whisper-tiny.en",
        "--set", "vad.engine=silero", "--set", "diarization.engine=none", "--set", "metadata.engine=none",
        "--glossary", glossary(folder / "terms.tsv", ""), *places,
    )  # fmt: skip
    assert before.code == 0, before.stderr
    changed = glossary(folder / "new.tsv", "Dashwoods")
    ran = cuegraph(
        "lineage", "impact", before.json["job"], "--glossary", changed, "--price-per-hour", "2", "--apply", *places
    )
    assert ran.code == 0, ran.stderr
    return Made(folder, before.json, ran.json)


def test_exactly_the_cues_that_say_the_term_are_named(made: Made) -> None:
    (path,) = Path(made.before["out"]).glob("*_subtitles/cues.json")
    said = [cue.number for cue in codec.from_json(Cues, path.read_bytes()).cues if TERM in cue.text]
    assert said
    assert [cue["number"] for cue in made.impact["cues"]] == said
    assert {term for cue in made.impact["cues"] for term in cue["terms"]} == {TERM}
    assert all(TERM in cue["source"] for cue in made.impact["cues"])


def test_only_the_changed_entry_is_named(made: Made) -> None:
    assert [(term["kind"], term["text"], term["fields"]) for term in made.impact["terms"]] == [
        ("changed", TERM, ["aliases"])
    ]


def test_what_hears_the_glossary_would_run_and_what_does_not_would_not(made: Made) -> None:
    verdicts = {step["stage"]: step["verdict"] for step in made.impact["steps"]}
    assert {verdicts[stage] for stage in ("demux", "vad")} == {"reused"}
    assert {verdicts[stage] for stage in ("glossary", "asr")} == {"certain"}
    assert {verdicts[stage] for stage in ("alignment", "hallucination", "subtitles")} == {"possible"}
    assert {verdicts[stage] for stage in ("metadata", "separation", "lyrics")} == {"skipped"}


def test_time_and_cost_are_those_of_the_run_before(made: Made) -> None:
    asr = next(step for step in made.impact["steps"] if step["stage"] == "asr")
    took = next(stage["seconds"] for stage in made.before["stages"] if stage["name"] == "asr")
    assert 0 < asr["estimate"]["seconds"] <= took
    certain, possible = made.impact["certain"], made.impact["possible"]
    assert asr["estimate"]["seconds"] <= certain["seconds"] <= possible["seconds"]
    assert certain["cost"] == pytest.approx(certain["seconds"] / 3600 * 2)


def test_applied_it_came_as_it_was_foreseen(made: Made) -> None:
    assert made.after["state"] == "SUCCEEDED"
    assert made.after["held"], made.after["wrong"]
    assert "demux" in made.after["equal"]
    assert "glossary" not in made.after["equal"]


def test_the_difference_is_the_one_that_diff_tells(made: Made) -> None:
    ran = made.ask("diff", made.before["job"], made.after["job"])
    assert ran.code == 1
    assert ran.json == made.after["difference"]
    steps = {step["stage"]: step for step in ran.json["steps"]}
    assert steps["glossary"]["main"] == steps["asr"]["main"] == "input"
    assert steps["asr"]["first"][0]["stage"] == "glossary"
    assert not ran.json["tracks"][0]["cues"] or ran.json["tracks"][0]["cues"][0]["cause"]["terms"] == [TERM]


def test_a_job_does_not_differ_from_itself(made: Made) -> None:
    assert made.ask("diff", made.before["job"], made.before["job"]).code == 0


def test_why_asr_ran_again_is_followed_to_the_file(made: Made) -> None:
    answer = made.ask("why", made.after["job"], "asr").json
    assert answer["against"] == made.before["job"]
    assert [reason["code"] for reason in answer["reasons"]] == ["CHANGED"]
    (first,) = answer["first"]
    assert first["way"] == ["glossary", "asr"]
    (change,) = first["changes"]
    assert (change["name"], change["old_label"], change["new_label"]) == ("job_glossary", "terms.tsv", "new.tsv")


def test_why_demux_did_not_names_the_original(made: Made) -> None:
    answer = made.ask("why", made.after["job"], "demux").json
    assert [reason["code"] for reason in answer["reasons"]] == ["REUSED"]
    assert made.before["job"] in answer["reasons"][0]["message"]
