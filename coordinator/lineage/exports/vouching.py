"""Who signs what is exported. Nobody signs for a job that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.runtime.content_credentials import NO_CREDENTIAL, CredentialFiles
from services.runtime.errors import InvalidRequest, LineageBroken
from services.runtime.signing import Signer
from services.runtime.store.base import Store

from ..depth import QUICK
from ..seals.facts import Trust
from ..verify import verify


def _nobody() -> tuple[Signer, ...]:
    return ()


@dataclass(frozen=True)
class Vouching:
    """Keys at hand. They are asked for only by the formats that are signed: the others need none."""

    signers: Callable[[], tuple[Signer, ...]] = _nobody
    trust: Callable[[], Trust] = Trust
    """Whose seals count to those who sign."""
    credential: CredentialFiles = NO_CREDENTIAL
    """What films are signed with, as C2PA wants a certificate."""

    def signers_for(self, format_name: str) -> tuple[Signer, ...]:
        """Raises InvalidRequest if there are none, InvalidSetting for a key that cannot be used."""
        signers = self.signers()
        if not signers:
            raise InvalidRequest(
                f"the {format_name} export is signed, and nothing is signed here: CUEGRAPH_SIGNING_KEY is none; "
                "name a key there"
            )
        return signers

    def require_whole(self, store: Store, job: str) -> None:
        """A signature must not give new worth to what was altered. Raises LineageBroken."""
        report = verify(store, job, QUICK, self.trust())
        if not report.ok:
            raise LineageBroken(f"{job} does not hold, so nothing is signed for it; see: cuegraph lineage verify {job}")


NOBODY = Vouching()
"""Signs nothing."""
