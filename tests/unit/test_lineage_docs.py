"""docs/lineage.md explains every finding as the code has it."""

from __future__ import annotations

from pathlib import Path

from coordinator.lineage.findings import RULES

PAGE = Path(__file__).parents[2] / "docs" / "lineage.md"
TESTS = Path(__file__).parents[1]


def documented() -> dict[str, list[str]]:
    """Cells of each row of the table of findings, by code."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in rows if row[0].isupper()}


def test_every_finding_is_explained_and_no_other() -> None:
    assert set(documented()) == set(RULES)


def test_every_finding_is_named_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in TESTS.rglob("*.py") if path != Path(__file__))
    assert not [code for code in RULES if f'"{code}"' not in tests]


def test_severity_and_remedy_are_those_of_the_code() -> None:
    for code, (severity, _, remedy) in documented().items():
        assert severity == RULES[code].severity
        assert remedy.rstrip(".").lower() == RULES[code].remedy.lower()
