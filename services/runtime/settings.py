"""Settings: where every value comes from. The only module that reads the environment.

A stage's settings come in layers, the first that has a value wins:
command line > job file > environment (CUEGRAPH_<STAGE>_<SETTING>) > profile > pipeline > default.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
import typing
import urllib.parse
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import ValidationError

from .content_credentials import NO_CREDENTIAL, CredentialFiles
from .errors import InvalidSetting, unknown_name
from .keyring import NO_KEYS, Keyring
from .layers import Layer, adapter_of
from .store.s3 import S3Access
from .tls import IN_THE_CLEAR, TlsFiles

S = TypeVar("S")

UNSIGNED = "none"
"""In place of a signing key: nothing is signed."""
_PROFILES = Path(__file__).parent / "profiles"
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|ACCESS_KEY|CREDENTIAL|PRIVATE|OTLP_.*HEADERS", re.IGNORECASE)


@dataclass(frozen=True)
class ProcessSettings:
    """What a process is told by its environment, stages aside."""

    store: str
    """`CUEGRAPH_STORE`, or the user's data folder."""
    data: Path
    """`CUEGRAPH_DATA`: models, and the store if no other is named."""
    index: Path
    """`CUEGRAPH_INDEX`: folder of the indexes of stores, which may be deleted at any time."""
    scratch: Path
    """`CUEGRAPH_SCRATCH`: working files of runs under way; must hold a film's audio."""
    commit: str
    """`CUEGRAPH_COMMIT`: set in images, where there is no working tree to ask."""
    image_digest: str
    """`CUEGRAPH_IMAGE_DIGEST`."""
    pod: str
    """`CUEGRAPH_POD`."""
    engines: int
    """`CUEGRAPH_ENGINES`: how many loaded engines are kept; 0 is all."""
    probes: str
    """`CUEGRAPH_PROBES`: `host:port` where health is answered without TLS as well; empty: nowhere."""
    access_file: str
    """`CUEGRAPH_ACCESS_FILE`: who may call the coordinator; empty: anyone."""
    tls: TlsFiles
    """`CUEGRAPH_TLS_CERT`, `_KEY`, `_CLIENT_CA`, `_CA` and `_SERVER_NAME`."""
    s3: S3Access | None
    """`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`; None without an endpoint."""
    secrets: tuple[str, ...] = dataclasses.field(repr=False)
    """Every value of the environment whose name says that it is secret: never to be written."""
    collector: str = ""
    """`OTEL_EXPORTER_OTLP_ENDPOINT`: where traces are sent over gRPC; empty: nowhere."""
    service: str = "cuegraph"
    """`OTEL_SERVICE_NAME`: what this process is called in traces."""
    log_format: str = "text"
    """`CUEGRAPH_LOG_FORMAT`: `text` or `json`."""
    keyring: Keyring = NO_KEYS
    """`CUEGRAPH_SIGNING_KEY`: a private key, or `none`; `CUEGRAPH_TRUSTED_KEYS`: a folder of public ones."""
    anchor_store: str = ""
    """`CUEGRAPH_ANCHOR_STORE`: where the list of seals is kept a second time; empty: nowhere."""
    credential: CredentialFiles = NO_CREDENTIAL
    """`CUEGRAPH_C2PA_CERT` and `_KEY`: what films are signed with that carry their provenance."""


def process_settings() -> ProcessSettings:
    """Reads the environment."""
    data = Path(os.environ.get("CUEGRAPH_DATA") or platformdirs.user_data_path("cuegraph"))
    return ProcessSettings(
        store=os.environ.get("CUEGRAPH_STORE") or (data / "store").absolute().as_uri(),
        data=data,
        index=Path(os.environ.get("CUEGRAPH_INDEX") or data / "index"),
        scratch=Path(os.environ.get("CUEGRAPH_SCRATCH") or data / "scratch"),
        commit=os.environ.get("CUEGRAPH_COMMIT", ""),
        image_digest=os.environ.get("CUEGRAPH_IMAGE_DIGEST", ""),
        pod=os.environ.get("CUEGRAPH_POD", ""),
        engines=_engines(),
        probes=os.environ.get("CUEGRAPH_PROBES", ""),
        access_file=os.environ.get("CUEGRAPH_ACCESS_FILE", ""),
        tls=given_by_environment("TLS", TlsFiles),
        s3=_s3_access(),
        secrets=tuple(value.strip() for name, value in os.environ.items() if _SECRET_NAME.search(name)),
        collector=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        service=os.environ.get("OTEL_SERVICE_NAME") or "cuegraph",
        log_format=os.environ.get("CUEGRAPH_LOG_FORMAT") or "text",
        keyring=_keyring(data / "keys"),
        anchor_store=os.environ.get("CUEGRAPH_ANCHOR_STORE", ""),
        credential=given_by_environment("C2PA", CredentialFiles),
    )


def _keyring(folder: Path) -> Keyring:
    own, trusted = os.environ.get("CUEGRAPH_SIGNING_KEY", ""), os.environ.get("CUEGRAPH_TRUSTED_KEYS", "")
    return Keyring(
        own=None if own == UNSIGNED else Path(own) if own else folder / "signing.pem",
        is_named=bool(own),
        folder=Path(trusted) if trusted else folder / "trusted",
        is_own_trusted=not trusted,
    )


def given_by_environment(group: str, kind: type[S]) -> S:
    """A dataclass whose fields `CUEGRAPH_<GROUP>_<FIELD>` give, where they do. Raises InvalidSetting."""
    names = {
        field.name: f"CUEGRAPH_{group}_{field.name.upper()}" for field in dataclasses.fields(typing.cast("Any", kind))
    }
    given = {field: os.environ[name] for field, name in names.items() if os.environ.get(name)}
    try:
        value: S = adapter_of(typing.cast("Any", kind)).validate_python(given)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InvalidSetting(f"{names[str(problem['loc'][0])]}: {problem['msg']}, not {problem['input']!r}") from error
    return value


@dataclass(frozen=True)
class TemporalAccess:
    """Where Temporal is."""

    address: str
    """`CUEGRAPH_TEMPORAL_ADDRESS`: `host:port`."""
    namespace: str
    """`CUEGRAPH_TEMPORAL_NAMESPACE`: one for each store."""
    tls: TlsFiles = IN_THE_CLEAR
    """`CUEGRAPH_TEMPORAL_TLS_CERT`, `_KEY`, `_CA` and `_SERVER_NAME`."""
    api_key: str = dataclasses.field(default="", repr=False)
    """`CUEGRAPH_TEMPORAL_API_KEY`: with it the connection is always encrypted."""


def temporal_access() -> TemporalAccess:
    """Reads the environment."""
    return TemporalAccess(
        address=os.environ.get("CUEGRAPH_TEMPORAL_ADDRESS") or "127.0.0.1:7233",
        namespace=os.environ.get("CUEGRAPH_TEMPORAL_NAMESPACE") or "default",
        tls=given_by_environment("TEMPORAL_TLS", TlsFiles),
        api_key=os.environ.get("CUEGRAPH_TEMPORAL_API_KEY", "").strip(),
    )


def _engines() -> int:
    text = os.environ.get("CUEGRAPH_ENGINES") or "0"
    if not re.fullmatch(r"\d{1,4}", text):
        raise InvalidSetting(f"CUEGRAPH_ENGINES is {text!r}; give a whole number of engines, or 0 to keep all of them")
    return int(text)


def _s3_access() -> S3Access | None:
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return None
    return S3Access(
        endpoint=endpoint,
        region=os.environ.get("AWS_REGION", "us-east-1"),
        access_key=os.environ.get("AWS_ACCESS_KEY_ID", ""),
        secret_key=os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
    )


@dataclass(frozen=True)
class ServiceAccess:
    """Where a service outside is, and the key to it.

    All of it is said by whoever runs the process and by no job: one that named the address would be sent the key.
    """

    address: str
    key: str = dataclasses.field(repr=False)
    """Empty if there is none."""
    proxy: str = dataclasses.field(default="", repr=False)
    """Address of the proxy on the way there; empty if there is none."""


def service_access(service: str, default_address: str) -> ServiceAccess:
    """`CUEGRAPH_<SERVICE>_ADDRESS` and `CUEGRAPH_<SERVICE>_API_KEY`, e.g. of `tmdb`. Raises InvalidSetting.

    The name of the key says that it is secret: it never becomes a setting and is masked in all that is written.
    """
    name = f"CUEGRAPH_{service.upper()}"
    address = os.environ.get(f"{name}_ADDRESS") or default_address
    if not re.fullmatch(r"https?://[^@?#\s]+", address):
        raise InvalidSetting(f"{name}_ADDRESS must be an http or https address without a user, a query or a fragment")
    return ServiceAccess(address.rstrip("/"), os.environ.get(f"{name}_API_KEY", "").strip(), _proxy(address))


def _proxy(address: str) -> str:
    """The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name for an address."""
    place = urllib.parse.urlsplit(address)
    return "" if urllib.request.proxy_bypass(place.netloc) else urllib.request.getproxies().get(place.scheme, "")


def allow_model_hubs() -> None:
    """For the one command that fetches models: lets it ask hubs, unless the environment forbids it."""
    os.environ.setdefault("HF_HUB_OFFLINE", "0")


def quiet_libraries() -> None:
    """Switches off what libraries would send home, fetch or burn by themselves. Call it before they are imported."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "false"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # OpenMP's threads wait by spinning, which on busy cores costs several times the work itself.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def environment_layer(stages: Iterable[str]) -> Layer:
    """The settings of these stages that the environment gives, as CUEGRAPH_<STAGE>_<SETTING>."""
    values: dict[str, Any] = {}
    for stage in stages:
        prefix = f"CUEGRAPH_{stage.upper()}_"
        for name, value in os.environ.items():
            if name.startswith(prefix):
                values[f"{stage}.{name.removeprefix(prefix).lower()}"] = value
    return Layer("environment", values)


def profile_layer(name: str) -> Layer:
    """The settings of a profile. Raises UnknownName."""
    if name not in profiles():
        raise unknown_name("profile", name, profiles())
    return Layer(f"profile:{name}", _flatten(_PROFILES / f"{name}.toml"))


def preferred_profile() -> str:
    """`CUEGRAPH_PROFILE`: whose models are run where nobody asks for others; empty if the installation does not say."""
    return os.environ.get("CUEGRAPH_PROFILE", "")


def profiles() -> tuple[str, ...]:
    """Names of the profiles there are."""
    return tuple(sorted(path.stem for path in _PROFILES.glob("*.toml")))


def file_layer(path: Path) -> Layer:
    """The settings of a job file: TOML with one table per stage. Raises InvalidSetting."""
    try:
        return Layer("job file", _flatten(path))
    except OSError as error:
        raise InvalidSetting(f"job file {path} cannot be opened: {error.strerror}; check the path") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSetting(f"job file {path} cannot be read as TOML: {error}") from error


def command_line_layer(assignments: Sequence[str]) -> Layer:
    """The settings of `--set stage.setting=value` options. Raises InvalidSetting."""
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or "." not in name:
            raise InvalidSetting(f"--set {assignment}: write it as stage.setting=value, e.g. asr.beam_size=5")
        values[name.strip()] = value
    return Layer("command line", values)


def _flatten(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        tables = tomllib.load(file)
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InvalidSetting(f"{path}: {name!r} stands in no table; write it below its stage, e.g. [asr]")
    return {f"{stage}.{setting}": value for stage, table in tables.items() for setting, value in table.items()}
