"""The catalog and the folder of models."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.runtime.errors import CuegraphError, ModelError
from services.runtime.model_sources import ModelFile, parse_source
from services.runtime.models import Catalog, Model, ModelStore, listing

CONTENT = {"config.json": b"{}", "weights/model.bin": b"first half, second half"}


def small_model(source: Path) -> Model:
    """A model of two files, the second in two parts, out of a folder on this machine."""
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in CONTENT.items()}
    parts = {"config.json": (), "weights/model.bin": ("weights/a", "weights/b")}
    return Model(
        name="small",
        use="asr",
        source=f"file:{source}",
        digest=hashlib.sha256(listing(digests)).hexdigest(),
        licence="MIT",
        languages=("en",),
        size_bytes=sum(len(data) for data in CONTENT.values()),
        files=tuple(ModelFile(path, digests[path], parts[path]) for path in CONTENT),
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "weights").mkdir(parents=True)
    (folder / "config.json").write_bytes(CONTENT["config.json"])
    (folder / "weights" / "a").write_bytes(b"first half, ")
    (folder / "weights" / "b").write_bytes(b"second half")
    return folder


@pytest.fixture
def store(tmp_path: Path, source: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", Catalog([small_model(source)]))


def overwrite(path: Path, data: bytes) -> None:
    """Not written in place: the file may be a hard link to the source."""
    path.unlink()
    path.write_bytes(data)


def test_a_model_is_for_one_stage_and_another_that_asks_for_it_hears_which_are_its_own(store: ModelStore) -> None:
    assert store.record_for("asr", "small") == store.record("small")
    with pytest.raises(ModelError, match=r"is for asr, not for vad") as caught:
        store.record_for("vad", "small")
    assert caught.value.code == "MODEL_UNUSABLE"


def test_a_model_on_this_machine_is_there_at_first_use(store: ModelStore) -> None:
    folder = store.path("small")
    assert {path: (folder / path).read_bytes() for path in CONTENT} == CONTENT


def test_the_folder_is_named_by_the_digest_of_the_listing(store: ModelStore) -> None:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in CONTENT.items()]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert store.path("small") == store.folder / "sha256" / digest
    assert store.record("small").digest == digest


def test_an_unknown_model_is_named_with_the_nearest_right_one(store: ModelStore) -> None:
    with pytest.raises(CuegraphError, match="did you mean 'small'") as caught:
        store.path("smal")
    assert caught.value.code == "NAME_UNKNOWN"


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda folder: overwrite(folder / "config.json", b"{ }"), "config.json is altered"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "extra.json").write_bytes(b"{}"), "extra.json does not belong"),
    ],
)
def test_an_altered_model_is_refused_by_file_and_mended_by_a_pull(
    store: ModelStore, harm: Callable[[Path], object], named: str
) -> None:
    harm(store.path("small"))
    later = ModelStore(store.folder, store.catalog)
    with pytest.raises(CuegraphError, match=named) as caught:
        later.path("small")
    assert caught.value.code == "MODEL_ALTERED"
    later.pull("small")
    assert later.verify("small").name == "small"


def test_verify_reads_again_what_this_process_has_checked(store: ModelStore) -> None:
    overwrite(store.path("small") / "config.json", b"{ }")
    with pytest.raises(CuegraphError) as caught:
        store.verify("small")
    assert caught.value.code == "MODEL_ALTERED"


def test_a_model_that_must_be_pulled_says_how(tmp_path: Path) -> None:
    hub = hub_model(tmp_path)
    with pytest.raises(CuegraphError, match="cuegraph models pull small") as caught:
        ModelStore(tmp_path / "models", Catalog([hub])).path("small")
    assert caught.value.code == "MODEL_MISSING"


class FakeHub:
    """The hub's download: writes the files, and the notes that the real one leaves beside them."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}

    def __call__(self, repository: str, *, local_dir: Path, **asked: object) -> None:
        self.asked = {"repository": repository, **asked}
        (local_dir / ".cache" / "huggingface").mkdir(parents=True)
        for path, data in CONTENT.items():
            (local_dir / path).parent.mkdir(exist_ok=True)
            (local_dir / path).write_bytes(data)


def hub_model(folder: Path) -> Model:
    return replace(small_model(folder), source=f"hf:somebody/something@{'a' * 40}")


def test_a_hub_model_is_pulled_at_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = FakeHub()
    monkeypatch.setattr("huggingface_hub.snapshot_download", hub)
    store = ModelStore(tmp_path / "models", Catalog([hub_model(tmp_path)]))
    folder = store.pull("small")
    assert hub.asked == {
        "repository": "somebody/something",
        "revision": "a" * 40,
        "allow_patterns": list(CONTENT),
    }
    assert store.verify("small").revision == "a" * 40
    assert not (folder / ".cache").exists()


def test_a_hub_that_does_not_answer_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no route to the hub")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    store = ModelStore(tmp_path / "models", Catalog([hub_model(tmp_path)]))
    with pytest.raises(CuegraphError, match="no route to the hub") as caught:
        store.pull("small")
    assert caught.value.code == "MODEL_MISSING"
    assert not store.has("small")


def test_a_source_with_other_bytes_is_refused_and_leaves_nothing(store: ModelStore, source: Path) -> None:
    (source / "config.json").write_bytes(b"{ }")
    with pytest.raises(CuegraphError) as caught:
        store.pull("small")
    assert caught.value.code == "MODEL_ALTERED"
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_package_that_is_not_installed_is_named_with_its_version(tmp_path: Path) -> None:
    model = replace(small_model(tmp_path), source="package:no-such-distribution==1.0")
    with pytest.raises(CuegraphError, match=r"pip install 'no-such-distribution==1.0'") as caught:
        ModelStore(tmp_path / "models", Catalog([model])).path("small")
    assert caught.value.code == "MODEL_MISSING"


def test_another_version_of_a_package_is_refused(tmp_path: Path) -> None:
    model = replace(small_model(tmp_path), source="package:pytest==0.0.1")
    with pytest.raises(CuegraphError, match=f"{pytest.__version__} is installed") as caught:
        ModelStore(tmp_path / "models", Catalog([model])).path("small")
    assert caught.value.code == "MODEL_MISSING"


def test_a_folder_that_cannot_be_written_is_named(store: ModelStore) -> None:
    store.folder.write_bytes(b"a file in the way")
    with pytest.raises(CuegraphError, match=str(store.folder)) as caught:
        store.path("small")
    assert caught.value.code == "STORE_FAILED"


def test_many_processes_may_pull_at_once(store: ModelStore, source: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        folders = pool.starmap_async(_pull, [(store.folder, source)] * 8).get(timeout=120)
    assert set(folders) == {store.path("small")}
    assert [path.name for path in store.folder.iterdir()] == ["sha256"]


def _pull(folder: Path, source: Path) -> Path:
    return ModelStore(folder, Catalog([small_model(source)])).pull("small")


def test_the_catalog_names_what_cpu_small_needs() -> None:
    assert {"whisper-tiny.en", "whisper-base", "pyannote-segmentation", "pocketsphinx-en-us"} <= set(
        Catalog.load().names()
    )


def test_every_model_of_the_catalog_is_pinned() -> None:
    catalog = Catalog.load()
    for name in catalog.names():
        assert catalog[name].record.revision, name


@pytest.mark.parametrize("text", ["hf:owner/name@main", "hf:owner/name", "package:name", "s3", "file:relative"])
def test_a_source_that_is_not_pinned_is_refused(text: str) -> None:
    with pytest.raises(CuegraphError) as caught:
        parse_source(text)
    assert caught.value.code == "DOCUMENT_INVALID"


def test_a_digest_that_its_files_do_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as caught:
        Catalog([replace(small_model(tmp_path), digest="0" * 64)])
    assert caught.value.code == "DOCUMENT_INVALID"


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CuegraphError) as caught:
        Catalog([small_model(tmp_path), small_model(tmp_path)])
    assert caught.value.code == "DOCUMENT_INVALID"


@pytest.mark.parametrize("text", ["not toml", "[other]\n", '[[model]]\nname = "x"\n'])
def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(CuegraphError) as caught:
        Catalog.load(path)
    assert caught.value.code == "DOCUMENT_INVALID"
