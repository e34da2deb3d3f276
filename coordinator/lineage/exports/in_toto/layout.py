"""The layout: which steps there are, who may speak for them, and how their files must hang together.

The forms are those of the in-toto specification, version 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from glob import escape
from typing import Any

from services.runtime.canonical import canonical_json
from services.runtime.manifest import Status
from services.runtime.signing import Signer, TrustedKeys

from .chain import DELIVERABLES, Chain, ChainStep

LIFETIME = timedelta(days=36525)
"""A layout must expire, and evidence does not: 100 years after the job."""

Rule = list[str]

_INSPECTION = "deliverables-as-they-lie-here"
_NOTHING = ["true"]
"""in-toto looks at files only beside a command, so it runs the one that does nothing."""


def layout(chain: Chain, signers: Iterable[Signer]) -> bytes:
    """The payload of `root.layout`: nothing but these files, from these steps, by these keys."""
    history = chain.history
    keys = {key_id: _key(key_id, signer) for signer in signers for key_id in [signer.key_id]}
    return canonical_json(
        {
            "_type": "layout",
            "expires": f"{_expiry(history.last_time):%Y-%m-%dT%H:%M:%SZ}",
            "readme": f"How the files of job {history.record.job} came about.",
            "keys": keys,
            "steps": [_step(step, sorted(keys)) for step in chain.steps],
            "inspect": [_inspection(chain)],
        }
    )


def link(chain: Chain, step: ChainStep) -> bytes:
    """The payload of a link: what went into the step, and what came out."""
    return canonical_json(
        {
            "_type": "link",
            "name": step.name,
            "command": [],
            "materials": _hashes(chain, step.materials),
            "products": _hashes(chain, step.products),
            "byproducts": _ended(step),
            "environment": {},
        }
    )


def _expiry(end: datetime) -> datetime:
    return end.astimezone(UTC) + LIFETIME


def _key(key_id: str, signer: Signer) -> dict[str, Any]:
    (trusted,) = TrustedKeys.own(signer).by_id.values()
    return {"keyid": key_id, **trusted.key.to_dict()}


def _step(step: ChainStep, key_ids: list[str]) -> dict[str, Any]:
    return {
        "_type": "step",
        "name": step.name,
        "expected_command": [],
        "pubkeys": key_ids,
        "threshold": 1,
        "expected_materials": _only(step.materials, _matching(step.materials)),
        "expected_products": _only(step.products, (["CREATE", escape(path)] for path in step.products)),
    }


def _inspection(chain: Chain) -> dict[str, Any]:
    """Of the folder itself: the deliverables in it are products of the chain, all of them, and no others."""
    sources = {path: chain.source(file) for path, file in chain.delivered.items()}
    return {
        "_type": "inspection",
        "name": _INSPECTION,
        "run": _NOTHING,
        "expected_materials": _only(sources, _matching(sources), among=f"{DELIVERABLES}/*"),
        "expected_products": [["ALLOW", "*"]],
    }


def _only(paths: Iterable[str], allowing: Iterable[Rule], among: str = "*") -> list[Rule]:
    """Rules for exactly these files: each is there, each is allowed, and nothing else."""
    return [*(["REQUIRE", path] for path in sorted(paths)), *sorted(allowing), ["DISALLOW", among]]


def _matching(sources: Mapping[str, str]) -> Iterable[Rule]:
    return (["MATCH", escape(path), "WITH", "PRODUCTS", "FROM", source] for path, source in sources.items())


def _hashes(chain: Chain, paths: Iterable[str]) -> dict[str, dict[str, str]]:
    return {path: {"sha256": chain.digests[path]} for path in paths}


def _ended(step: ChainStep) -> dict[str, Any]:
    if step.attempt is None:
        return {}
    manifest = step.attempt.manifest
    failed = manifest.status in (Status.FAILED, Status.CANCELLED)
    return {"return-value": int(failed), "status": manifest.status.value, "manifest": step.attempt.digest}
