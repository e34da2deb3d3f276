"""What a command line names: each film once, folders in order, and nothing that is no film."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordinator.cli.subjects import films, glossary, is_batch, subject_of
from services.runtime.errors import CuegraphError


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_a_folder_stands_for_the_films_in_it_and_below_it_in_order(tmp_path: Path) -> None:
    files(tmp_path, "b.mkv", "a.MP4", "notes.txt", "a.srt", "series/one.ts", ".hidden.mkv", ".trash/two.mkv")
    assert [str(path.relative_to(tmp_path)) for path in films([tmp_path])] == ["a.MP4", "b.mkv", "series/one.ts"]


def test_a_folder_called_like_a_film_is_none(tmp_path: Path) -> None:
    files(tmp_path, "disc.mkv/one.mp4")
    assert [path.name for path in films([tmp_path])] == ["one.mp4"]


def test_a_film_that_is_named_twice_is_taken_once_and_any_ending_will_do(tmp_path: Path) -> None:
    files(tmp_path, "a.mkv", "odd.dat")
    assert films([tmp_path / "odd.dat", tmp_path / "a.mkv", tmp_path]) == [tmp_path / "odd.dat", tmp_path / "a.mkv"]


def test_a_folder_without_films_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as failure:
        films([files(tmp_path, "notes.txt")])
    assert failure.value.code == "REQUEST_INVALID"


def test_a_folder_and_several_films_are_a_batch_and_one_film_is_none(tmp_path: Path) -> None:
    assert [is_batch(named) for named in ([tmp_path], [Path("a"), Path("b")], [Path("a")])] == [True, True, False]


@pytest.mark.parametrize(("name", "subject"), [("a.json", "transcript"), ("a.mkv", "film"), ("a", "film")])
def test_a_document_is_a_transcript(name: str, subject: str) -> None:
    assert subject_of(Path(name)) == subject


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("terms.tsv", ("job_glossary", Path("terms.tsv"))),
        ("film=cast.json", ("film_glossary", Path("cast.json"))),
        ("learned=a=b.csv", ("learned_glossary", Path("a=b.csv"))),
        ("general=g.tsv", ("general_glossary", Path("g.tsv"))),
        ("a=b.csv", ("job_glossary", Path("a=b.csv"))),
    ],
)
def test_a_glossary_is_for_the_job_unless_its_level_is_named(text: str, meant: tuple[str, Path]) -> None:
    assert glossary(text) == meant
