"""A transcript that Cuegraph wrote can be translated without its film."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.cli.run import Asked
from services.documents.codec import to_json
from services.runtime.errors import CuegraphError
from tests.jobs_in_memory import transcript_document
from tests.small_coordinator import small_app
from tests.small_requests import asked_for


def transcript(folder: Path) -> Path:
    path = folder / "film.en.json"
    path.write_bytes(to_json(transcript_document(("It was a bright day.",), aligned=True)))
    return path


@pytest.mark.parametrize("source", ["en", "en-GB", "auto"])
def test_a_transcript_is_taken_in_its_language(tmp_path: Path, source: str) -> None:
    request = asked_for("translate", source_language=source, target_languages=("pt",))
    job = Asked(small_app(tmp_path, {}), request, (), is_all_anew=False).submit(transcript(tmp_path))
    assert (job.media.file_name, job.media.title) == ("film.en.json", "film")
    assert "demux" not in [step.stage for step in job.plan]


def test_a_transcript_in_another_language_is_refused(tmp_path: Path) -> None:
    request = asked_for("translate", source_language="es", target_languages=("en",))
    with pytest.raises(CuegraphError) as failure:
        Asked(small_app(tmp_path, {}), request, (), is_all_anew=False).submit(transcript(tmp_path))
    assert failure.value.code == "REQUEST_INVALID"


def test_a_document_that_is_no_transcript_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    request = asked_for("translate", target_languages=("pt",))
    with pytest.raises(CuegraphError) as failure:
        Asked(small_app(tmp_path, {}), request, (), is_all_anew=False).submit(tmp_path / "other.json")
    assert failure.value.code == "DOCUMENT_INVALID"


def test_a_workflow_that_needs_the_film_says_so(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as failure:
        Asked(small_app(tmp_path, {}), asked_for("subtitle"), (), is_all_anew=False).submit(transcript(tmp_path))
    assert failure.value.code == "NAME_UNKNOWN"
