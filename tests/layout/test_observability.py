"""What watches Cuegraph is right: rules, scrape configuration and dashboard name only metrics that there are."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from services.runtime import metrics
from services.runtime.registry import STAGES
from tests.layout.source import ROOT

FOLDER = ROOT / "deploy/observability"
PAGE = (ROOT / "docs/observability.md").read_text("utf-8")
NAME = re.compile(r"\bcuegraph_[a-z_]+")


def shown_names() -> set[str]:
    """The names under which Prometheus keeps the metrics."""
    names = {metric.name for metric in metrics.ALL}
    parts = {f"{metric.name}_{part}" for metric in metrics.ALL if metric.buckets for part in ("bucket", "sum", "count")}
    return names | parts


def expressions() -> list[str]:
    """Every expression of the rules and of the dashboard."""
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    panels = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"]
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]] + [
        target["expr"] for panel in panels for target in panel["targets"]
    ]


@pytest.mark.parametrize(
    "command",
    [("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")],
    ids=" ".join,
)
def test_promtool_finds_no_fault(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *command], check=False, capture_output=True, text=True, timeout=60, cwd=FOLDER
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_understands_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    plain = [expression.replace("$__rate_interval", "5m") for expression in expressions()]
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(plain)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    command = ["promtool", "check", "rules", "--lint=none", "rules.yml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_that_is_asked_for_is_there() -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert asked
    assert asked <= shown_names()


def test_every_metric_is_in_the_dashboard() -> None:
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    unseen = [metric.name for metric in metrics.ALL if not any(name.startswith(metric.name) for name in asked)]
    assert not unseen


def test_every_label_that_is_asked_for_is_there() -> None:
    labels = {metric.name: {*metric.labels, "le"} for metric in metrics.ALL}
    for expression in expressions():
        for name, matchers in re.findall(r"(cuegraph_[a-z_]+)\{([^}]*)\}", expression):
            asked = set(re.findall(r"(\w+)\s*[=!]", matchers))
            assert asked <= labels[re.sub(r"_(bucket|sum|count)$", "", name)], expression


def test_every_metric_is_explained_with_its_labels() -> None:
    for metric in metrics.ALL:
        rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{metric.name}`")]
        assert len(rows) == 1, metric.name
        assert not [label for label in metric.labels if f"`{label}`" not in rows[0]]


def test_every_alert_has_its_remedy() -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    assert alerts == set(re.findall(r"^\| `(Cuegraph\w+)` \|", PAGE, re.MULTILINE))


def test_every_stage_is_scraped() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    (stages,) = (job for job in config["scrape_configs"] if job["job_name"] == "cuegraph-stage")
    assert stages["dns_sd_configs"][0]["names"] == list(STAGES)


def test_names_and_units_are_those_of_the_field() -> None:
    for metric in metrics.ALL:
        assert metric.name.startswith("cuegraph_")
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert bool(metric.buckets) == (metric.kind == "histogram")
