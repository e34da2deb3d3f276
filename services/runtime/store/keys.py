"""Where everything lies in the store. No other module writes a key by hand.

blobs/sha256/ab/<64 hex>                                    every artifact
cache/<action key>                                          what this action produced
cache/<scope>/<action key>                                  the same, for the jobs of one tenant
answers/[<scope>/]<SHA-256 of the question>                 what a service outside said, and when; may be overwritten
jobs/<job>/job.json                                         the request with everything resolved
jobs/<job>/stages/<NN_stage>/<shard>/attempts/<n>/started.json    an attempt began (evidence if it never ends)
jobs/<job>/stages/<NN_stage>/<shard>/attempts/<n>/manifest.json   an attempt ended, well or badly
jobs/<job>/stages/<NN_stage>/<shard>/attempts/<n>/manifest.dsse.json   the same, signed by a stage with a key of its own
jobs/<job>/stages/<NN_stage>/<shard>/manifest.json          the commit
jobs/<job>/stages/<NN_stage>/<shard>/waiting.json           why it had not begun at that time; may be overwritten
jobs/<job>/logs/99_pipeline_<UTC timestamp>.log             one per process that drove the job
jobs/<job>/rounds/<n>/{requested,cancel,quality,outcome}.json    a round of driving the job: asked for ... judged, ended
jobs/<job>/heartbeat.json                                   who drives the job now; may be overwritten
jobs/<job>/rounds/<n>/{seal,anchor}.json                    seal of a round that failed or was cancelled, and its entry
jobs/<job>/{seal,anchor}.json                               seal of the job that succeeded, and its entry
seals/<sequence>.json                                       the list of seals, each entry naming the one before
seals/head.json                                             about where that list ends; may be overwritten
jobs/<job>/erased.json                                      all that is left of a job that was erased: what it was
garbage/<sequence>.json                                     what nobody named at a time; create-only, as the next two
garbage/<sequence>.sweep-<turn>.json                        who deletes what of it still nobody names
garbage/<sequence>.done.json                                that this is over, and what is gone
pauses/<stage>.json                                         whether the stage is paused; may be overwritten
requests/<SHA-256 of a request id, or of what is asked>.json   the job of all who ask for it
"""

from __future__ import annotations

from dataclasses import dataclass

UNSHARDED = "_"
ANCHORS = "seals/"
ANCHOR_HINT = f"{ANCHORS}head.json"
GARBAGE = "garbage/"
BLOBS = "blobs/sha256/"


def blob(digest: str) -> str:
    return f"blobs/sha256/{digest[:2]}/{digest}"


def cache(action_key: str, scope: str = "") -> str:
    return f"cache/{scope}/{action_key}" if scope else f"cache/{action_key}"


def answer(question_digest: str, scope: str = "") -> str:
    return f"answers/{scope}/{question_digest}" if scope else f"answers/{question_digest}"


def job(job_id: str) -> str:
    return f"jobs/{job_id}/job.json"


def seal(job_id: str) -> str:
    return f"jobs/{job_id}/seal.json"


def round_seal(job_id: str, number: int, *, is_last: bool) -> str:
    """A job that succeeded has one seal for good; a round that did not has its own."""
    return seal(job_id) if is_last else round_file(job_id, number, "seal")


def anchor_beside(seal_key: str) -> str:
    """Where the entry of a seal lies besides the list of seals."""
    return f"{seal_key.removesuffix('seal.json')}anchor.json"


def anchor(sequence: int) -> str:
    """An entry of the list of seals: names in order of place."""
    return f"{ANCHORS}{sequence:012d}.json"


def erased(job_id: str) -> str:
    return f"jobs/{job_id}/erased.json"


def quarantine(sequence: int) -> str:
    """What nobody named at a time: names in order of time."""
    return f"{GARBAGE}{sequence:012d}.json"


def sweep(sequence: int, turn: int) -> str:
    return f"{GARBAGE}{sequence:012d}.sweep-{turn}.json"


def swept(sequence: int) -> str:
    return f"{GARBAGE}{sequence:012d}.done.json"


def request(id_digest: str) -> str:
    return f"requests/{id_digest}.json"


def pause(stage: str) -> str:
    return f"pauses/{stage}.json"


def heartbeat(job_id: str) -> str:
    return f"jobs/{job_id}/heartbeat.json"


def pipeline_logs(job_id: str) -> str:
    """Prefix of the logs of all processes that drove the job."""
    return f"jobs/{job_id}/logs/"


def pipeline_log(job_id: str, timestamp: str) -> str:
    return f"jobs/{job_id}/logs/99_pipeline_{timestamp}.log"


def round_file(job_id: str, number: int, name: str) -> str:
    return f"jobs/{job_id}/rounds/{number}/{name}.json"


def stages(job_id: str) -> str:
    """Prefix of everything the stages of a job wrote about themselves."""
    return f"jobs/{job_id}/stages/"


@dataclass(frozen=True, order=True)
class Step:
    """One stage of one job, for one shard: the unit that is run, committed and retried."""

    job: str
    number: int
    """Position in the pipeline, from 1."""
    stage: str
    shard: str = UNSHARDED
    """`_` for the whole film; a language for a part, `partial-<round>` for what was done without its failed inputs."""

    @property
    def folder(self) -> str:
        """Folder name that people see, e.g. `01_demux`."""
        return f"{self.number:02d}_{self.stage}"

    @property
    def shards(self) -> str:
        """Prefix of all shards of the stage."""
        return f"{stages(self.job)}{self.folder}/"

    @property
    def prefix(self) -> str:
        return f"{self.shards}{self.shard}/"

    @property
    def commit(self) -> str:
        """Key of the commit. The step is done if and only if it exists."""
        return f"{self.prefix}manifest.json"

    @property
    def waiting(self) -> str:
        """Key of why the step has not begun."""
        return f"{self.prefix}waiting.json"

    def attempt(self, number: int, name: str) -> str:
        """Key of `name` (`started`, `manifest` or `manifest.dsse`) of attempt `number`."""
        return f"{self.prefix}attempts/{number}/{name}.json"
