"""Discovery: asks again and again which pods a name stands for, and whether those answer that did not."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from services.runtime.errors import CuegraphError

from .pods import Pod, PodClient, Pods

LOOK_SECONDS = 2.0
"""How often the name is resolved and lost pods are tried."""
_TRIED_AT_ONCE = 16
_NO_SUCH_NAME = (socket.EAI_NONAME, socket.EAI_NODATA)

Resolve = Callable[[str], Collection[str]]
Connect = Callable[[str, str], PodClient]

_log = logging.getLogger(__name__)


def addresses_of(place: str) -> Collection[str]:
    """Every `address:port` that `host:port` stands for: none for a name without pods. Raises OSError if DNS is lost.

    Of a pod that has an IPv4 and an IPv6 address only the first counts: it has its slots once. What is no
    `host:port` (`unix:/path`) is left as it is.
    """
    host, _, port = place.rpartition(":")
    if not port.isdigit():
        return [place]
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            return []
        raise
    fourth = {f"{address[0]}:{port}" for family, *_, address in found if family == socket.AF_INET}
    return fourth or {f"[{address[0]}]:{port}" for family, *_, address in found if family == socket.AF_INET6}


class Discovery:
    """Keeps the pods of a stage as a name has them. `look` may be called at any time; `start` does so by itself."""

    def __init__(self, place: str, pods: Pods, connect: Connect, resolve: Resolve = addresses_of) -> None:
        self._place, self._pods, self._connect, self._resolve = place, pods, connect, resolve
        self._stopping = threading.Event()
        self._clients: dict[Pod, PodClient] = {}
        self._thread = threading.Thread(target=self._watch, name=f"pods of {pods.stage}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Looks no more and gives back the connections. Runs go on where they are."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pods.keep(())
        for client in self._clients.values():
            client.close()

    def look(self) -> None:
        """Uses pods that are new, drops those that are gone, and tries those that did not answer."""
        try:
            addresses = self._resolve(self._place)
        except OSError as error:
            _log.warning("%s cannot be resolved; going on with the pods that are known: %s", self._place, error)
            addresses = [pod.address for pod in self._pods.all()]
        self._pods.keep(addresses)
        for address in sorted(set(addresses) - {pod.address for pod in self._pods.all()}):
            self._add(address)
        self._leave_idle()
        self._try_again([pod for pod in self._pods.all() if not pod.answers])

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:  # noqa: BLE001  a watch that ends would leave every later pod unseen, without a word
                _log.exception("cannot look for the pods of stage %s; trying again", self._pods.stage)
            self._stopping.wait(LOOK_SECONDS)

    def _add(self, address: str) -> None:
        client = self._connect(address, self._pods.stage)
        pod = Pod(address, client, answers=False)
        self._clients[pod] = client
        self._pods.add(pod)

    def _leave_idle(self) -> None:
        """A pod that stops is taken out of its name first and ends its runs then: until they have ended it is heard."""
        used = self._pods.all()
        for pod in [pod for pod in self._clients if pod not in used and pod.taken == 0]:
            self._clients.pop(pod).close()

    def _try_again(self, pods: list[Pod]) -> None:
        if pods:
            with ThreadPoolExecutor(max_workers=_TRIED_AT_ONCE, thread_name_prefix="try pod") as threads:
                list(threads.map(self._try, pods))

    def _try(self, pod: Pod) -> None:
        client = self._clients[pod]
        try:
            if client.is_serving():
                self._pods.answered(pod, client.describe().capacity)
        except CuegraphError as error:
            if str(error) != pod.problem:
                _log.warning("%s serves no stage %s: %s: %s", pod.address, self._pods.stage, error.code, error)
            pod.problem = str(error)
