"""What PROV says of a job: who did what with what, failed attempts among it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.canonical import canonical_json
from services.runtime.manifest import CodeRecord, Manifest, ModelRecord, Notice, SettingRecord

from ...joins import KINDS
from ..history import Attempt, File, History
from .terms import Element, Relation, Statements, Term, Value, prov, term

Attributes = tuple[tuple[str, Value], ...]


def statements_of(history: History) -> Statements:
    """Every attempt that ended, everything it read and wrote, and the program that did it."""
    elements = {element.name: element for element in _elements(history)}
    relations = dict.fromkeys(_relations(history))
    return Statements(tuple(elements[name] for name in sorted(elements)), tuple(relations))


def _elements(history: History) -> Iterator[Element]:
    """The later of two with one name knows more."""
    yield _job(history)
    yield _plan(history)
    yield Element("agent", _tenant(history), f"tenant {history.record.tenant}", (prov("Organization"),))
    for code in _programs(history):
        yield _program(code)
    for attempt in history.attempts:
        yield from _elsewhere(attempt)
    yield from (_file(history, file) for file in history.files.values())
    yield from (_model(model) for model in history.models)
    yield from (_ended(attempt.digest, attempt.title, attempt.manifest) for attempt in history.attempts)


def _relations(history: History) -> Iterator[Relation]:
    for code in _programs(history):
        yield Relation("actedOnBehalfOf", _program_name(code), _tenant(history))
    yield _associated(history, _job_name(history), history.record.code)
    yield from (Relation("used", _job_name(history), _file_name(file)) for file in history.given)
    yield from (Relation("wasAttributedTo", _file_name(file), _tenant(history)) for file in _lent(history))
    for attempt in history.attempts:
        yield from _of_attempt(history, attempt)
        yield from _informed(attempt)
    yield from _retries(history)


def _of_attempt(history: History, attempt: Attempt) -> Iterator[Relation]:
    activity, code = _attempt_name(attempt.digest), attempt.manifest.code
    yield _associated(history, activity, code)
    starter = (("starter", _job_name(history)), ("time", attempt.manifest.times.started))
    yield Relation("wasStartedBy", activity, _plan_name(history), _about("start", activity), starter)
    for place, (role, file) in enumerate(attempt.inputs):
        name = _about("usage", activity, term(str(place)))
        yield Relation("used", activity, _file_name(file), name, (("role", term("role", role)),))
    for model in attempt.manifest.models:
        name = _about("usage", activity, _model_name(model))
        yield Relation("used", activity, _model_name(model), name, (("role", term("role", "model")),))
    for file in attempt.outputs:
        yield from _of_output(attempt, file)


def _of_output(attempt: Attempt, file: File) -> Iterator[Relation]:
    activity, entity = _attempt_name(attempt.digest), _file_name(file)
    made = (("role", term("role", file.role)), ("time", attempt.manifest.times.finished))
    yield Relation("wasGeneratedBy", entity, activity, _about("generation", entity), made)
    yield Relation("wasAttributedTo", entity, _program_name(attempt.manifest.code))
    for source in dict.fromkeys(_file_name(source) for _, source in attempt.inputs):
        name = _about("derivation", entity, source)
        yield Relation("wasDerivedFrom", entity, source, name, (("activity", activity),))
    original = attempt.original_of(file)
    if original:
        yield Relation("alternateOf", entity, _file_name(original))


def _informed(attempt: Attempt) -> Iterator[Relation]:
    """By those who wrote what it read, and by the one whose outputs it took over."""
    producers = dict.fromkeys(file.producer for _, file in attempt.inputs if file.producer)
    reused = (attempt.manifest.reused.digest,) if attempt.manifest.reused else ()
    for digest in (*producers, *reused):
        yield Relation("wasInformedBy", _attempt_name(attempt.digest), _attempt_name(digest))


def _retries(history: History) -> Iterator[Relation]:
    """An attempt knew of the one before it at the same step."""
    for earlier, later in zip(history.attempts, history.attempts[1:], strict=False):
        if earlier.manifest.step == later.manifest.step:
            yield Relation("wasInformedBy", _attempt_name(later.digest), _attempt_name(earlier.digest))


def _associated(history: History, activity: Term, code: CodeRecord) -> Relation:
    plan = (("plan", _plan_name(history)),)
    return Relation("wasAssociatedWith", activity, _program_name(code), _about("association", activity), plan)


def _job(history: History) -> Element:
    record, ending = history.record, history.ending
    attributes: Attributes = (
        ("job", record.job),
        ("workflow", record.workflow),
        ("state", ending.state.value if ending else "UNFINISHED"),
        *_notices("error", ending.errors if ending else ()),
    )
    finished = ending.finished if ending else None
    return Element(
        "activity", _job_name(history), f"job {record.job}", (term("Job"),), attributes, record.create_time, finished
    )


def _plan(history: History) -> Element:
    attributes = (("digest", history.digest), *_settings(history.record.settings))
    label = f"what was asked of job {history.record.job}, and the plan"
    return Element("entity", _plan_name(history), label, (prov("Plan"),), attributes)


def _program(code: CodeRecord) -> Element:
    said = {"version": code.version, "commit": code.commit, "image": code.image_digest, "lock": code.lock_digest}
    attributes: Attributes = tuple((name, value) for name, value in said.items() if value)
    if code.dirty is not None:
        attributes += (("dirty", str(code.dirty).lower()),)
    return Element("agent", _program_name(code), f"Cuegraph {code.version}", (prov("SoftwareAgent"),), attributes)


def _file(history: History, file: File) -> Element:
    attributes: Attributes = (
        ("role", file.role),
        ("fileName", file.file_name),
        *_bytes(file.artifact),
        *((f"attribute-{key}", value) for key, value in sorted(file.attributes.items())),
    )
    return Element("entity", _file_name(file), file.file_name, (_type_of(history, file),), attributes)


def _type_of(history: History, file: File) -> Term:
    if file == history.film:
        return term("Film")
    if "glossary" in file.role:
        return term("Glossary")
    return term("Document") if file.artifact.media_type in KINDS else term("File")


def _bytes(artifact: Artifact) -> Attributes:
    return (
        ("digest", artifact.digest),
        ("sizeBytes", artifact.size_bytes),
        ("mediaType", artifact.media_type),
        ("key", artifact.uri),
    )


def _model(model: ModelRecord) -> Element:
    attributes = (
        ("source", model.source),
        ("revision", model.revision),
        ("digest", model.digest),
        ("licence", model.licence),
    )
    return Element("entity", _model_name(model), model.name, (term("Model"),), attributes)


def _ended(digest: str, label: str, manifest: Manifest) -> Element:
    attributes: Attributes = (
        ("manifest", digest),
        ("job", manifest.job),
        ("stage", manifest.stage),
        ("stageVersion", manifest.stage_version),
        ("shard", manifest.shard),
        ("attempt", manifest.attempt),
        ("status", manifest.status.value),
        ("actionKey", manifest.action_key),
        ("skipReason", manifest.skip_reason),
        *(("unfinishedAttempt", number) for number in manifest.unfinished_attempts),
        *_notices("warning", manifest.warnings),
        *_notices("error", manifest.errors),
        *_settings(manifest.settings),
    )
    said = tuple((name, value) for name, value in attributes if value != "")
    times = manifest.times
    return Element("activity", _attempt_name(digest), label, (term("Attempt"),), said, times.started, times.finished)


def _notices(name: str, notices: tuple[Notice, ...]) -> Attributes:
    return tuple(dict.fromkeys((name, f"{notice.code}: {notice.message}") for notice in notices))


def _settings(settings: dict[str, SettingRecord]) -> Attributes:
    """As one text: PROV has no values with parts."""
    values = {name: {"value": record.value, "source": record.source} for name, record in settings.items()}
    return (("settings", canonical_json(values).decode()),) if values else ()


def _elsewhere(attempt: Attempt) -> Iterator[Element]:
    """What the attempt knew of and the job itself did not do."""
    for _, file in attempt.inputs:
        if file.producer:
            yield _other_attempt(file.producer)
    reused = attempt.manifest.reused
    if reused:
        original = attempt.original
        yield _ended(reused.digest, reused.uri, original) if original else _other_attempt(reused.digest)
    for output in attempt.outputs:
        taken = attempt.original_of(output)
        if taken:
            yield Element("entity", _file_name(taken), taken.file_name, (term("File"),), _bytes(taken.artifact))


def _other_attempt(digest: str) -> Element:
    return Element("activity", _attempt_name(digest), f"attempt with manifest {digest}", (term("Attempt"),))


def _lent(history: History) -> Iterator[File]:
    """What came with the film is the tenant's own word."""
    return (file for file in history.given if file != history.film)


def _programs(history: History) -> tuple[CodeRecord, ...]:
    codes = (history.record.code, *(attempt.manifest.code for attempt in history.attempts))
    return tuple({_program_name(code): code for code in codes}.values())


def _program_name(code: CodeRecord) -> Term:
    return term("program", digest_bytes(canonical_json(asdict(code))))


def _job_name(history: History) -> Term:
    return term("job", history.digest)


def _plan_name(history: History) -> Term:
    return term("plan", history.digest)


def _tenant(history: History) -> Term:
    return term("tenant", history.record.tenant)


def _attempt_name(digest: str) -> Term:
    return term("attempt", digest)


def _file_name(file: File) -> Term:
    return term("file", *file.name.split("/"))


def _model_name(model: ModelRecord) -> Term:
    return term("model", model.name, model.digest)


def _about(kind: str, *ends: Term) -> Term:
    """The name of a relation."""
    return Term("cuegraph", "/".join((kind, *(end.local for end in ends))))
