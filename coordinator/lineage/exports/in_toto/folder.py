"""Writes the folder that `in-toto-verify` takes: layout, links, attestations, and what people asked for."""

from __future__ import annotations

from pathlib import Path

from services.runtime import signing
from services.runtime.signing import Signer

from ..copying import copy_file, write_file
from ..history import Attempt, history_of
from ..material import Material
from .chain import Chain
from .layout import layout, link
from .statement import PAYLOAD_TYPE, statement

FORMAT = "in-toto"
LAYOUT = "root.layout"
ATTESTATIONS = "attestations"
_KEY_DIGITS = 8
"""Of a key's id, in the name of a link."""


def write(material: Material, folder: Path) -> None:
    """Raises InvalidRequest if nothing is signed here, LineageBroken for a job that does not hold, ObjectNotFound or
    BlobAltered if a deliverable is not in the store as it was made."""
    history = history_of(material)
    signers = material.vouching.signers_for(FORMAT)
    material.vouching.require_whole(material.store, history.record.job)
    chain = Chain(history)
    folder.mkdir()
    write_file(folder / LAYOUT, signing.sign(layout(chain, signers), PAYLOAD_TYPE, signers))
    for signer in signers:
        _write_links(chain, signer, folder)
    for attempt in history.attempts:
        path = folder.joinpath(ATTESTATIONS, *_place(attempt))
        write_file(path, signing.sign(statement(chain, attempt), PAYLOAD_TYPE, signers))
    for name, file in chain.delivered.items():
        copy_file(material.store, file.artifact, folder / name)


def _write_links(chain: Chain, signer: Signer, folder: Path) -> None:
    """in-toto counts one link for each key that speaks for a step."""
    for step in chain.steps:
        name = f"{step.name}.{signer.key_id[:_KEY_DIGITS]}.link"
        write_file(folder / name, signing.sign(link(chain, step), PAYLOAD_TYPE, [signer]))


def _place(attempt: Attempt) -> tuple[str, ...]:
    step = attempt.manifest.step
    return step.folder, step.shard, f"{attempt.manifest.attempt}.dsse.json"
