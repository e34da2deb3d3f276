"""The graph as it is: nodes and edges in JSON, for programs that were written for Cuegraph."""

from __future__ import annotations

import json

from ..facts import JobFacts
from ..graph import build


def as_json(facts: JobFacts) -> str:
    return json.dumps(build(facts).to_json(), indent=2, ensure_ascii=False) + "\n"
