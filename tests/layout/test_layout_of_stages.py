"""A stage is one noun: folder, extra, doc page and pipeline step; and its page tells what can be set."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap

import pytest
import yaml
from packaging.requirements import Requirement

from services.runtime.registry import STAGES, load_stage
from tests.layout.source import ROOT, files, pyproject, stages


def test_the_registry_knows_every_stage() -> None:
    assert sorted(STAGES) == stages()


@pytest.mark.parametrize("name", stages())
def test_a_stage_is_named_like_its_folder(name: str) -> None:
    assert load_stage(name).name == name


@pytest.mark.parametrize("name", stages())
def test_a_stage_has_a_doc_page(name: str) -> None:
    assert (ROOT / f"docs/stages/{name}.md").is_file()


def test_a_stage_has_an_extra_and_every_extra_is_a_stage_or_the_engine_for_clusters() -> None:
    assert sorted(pyproject()["project"]["optional-dependencies"]) == sorted([*stages(), "c2pa", "oidc", "temporal"])


def test_every_doc_page_of_a_stage_is_about_a_stage() -> None:
    written = [path.stem for path in files() if path.parts[:2] == ("docs", "stages")]
    assert set(written) <= set(stages())


def test_a_stage_may_not_be_imported_by_the_others() -> None:
    layers = pyproject()["tool"]["importlinter"]["contracts"][0]["layers"]
    top = {part.strip() for part in layers[0].split("|")}
    assert top == {"coordinator", *(f"services.{name}" for name in stages())}


@pytest.mark.parametrize("name", stages())
def test_an_extra_has_a_lower_bound_for_everything_it_names(name: str) -> None:
    wanted = [Requirement(text) for text in pyproject()["project"]["optional-dependencies"][name]]
    unbounded = [str(it) for it in wanted if not any(bound.operator == ">=" for bound in it.specifier)]
    assert not unbounded


def test_every_stage_is_a_step_of_a_pipeline_and_every_step_a_stage() -> None:
    assert pipeline_steps() == set(stages())


def pipeline_steps() -> set[str]:
    pipelines = [path for path in files() if path.match("coordinator/pipelines/*.yaml")]
    documents = [yaml.safe_load((ROOT / path).read_text("utf-8")) for path in pipelines]
    return {step["stage"] for document in documents for step in document["steps"]}


@pytest.mark.parametrize("name", stages())
def test_every_setting_says_what_it_is(name: str) -> None:
    kind = load_stage(name).settings_type()
    silent = set(field_names(kind)) - documented_fields(kind)
    assert not silent, f"{kind.__name__}: no docstring under {sorted(silent)}"


@pytest.mark.parametrize("name", stages())
def test_the_doc_page_names_every_setting_and_every_role(name: str) -> None:
    stage = load_stage(name)
    page = (ROOT / f"docs/stages/{name}.md").read_text("utf-8")
    roles = [it.role for it in stage.inputs] + [it.role for it in stage.outputs]
    named = field_names(stage.settings_type()) + roles
    assert not [word for word in named if f"`{word}`" not in page]


def field_names(kind: type) -> list[str]:
    assert dataclasses.is_dataclass(kind)
    return [field.name for field in dataclasses.fields(kind)]


def documented_fields(kind: type) -> set[str]:
    """The fields with a docstring under them, in this dataclass and those it extends."""
    return {name for base in kind.__mro__ if dataclasses.is_dataclass(base) for name in documented_here(base)}


def documented_here(kind: type) -> set[str]:
    declaration = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(declaration, ast.ClassDef)
    pairs = zip(declaration.body, declaration.body[1:], strict=False)
    return {
        field.target.id
        for field, below in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text(below)
    }


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
