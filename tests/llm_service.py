"""A service on this machine that speaks OpenAI's form of chat completions, and answers as a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Lines = list[dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """One answer over HTTP."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Lines], Reply]


class LlmService:
    """What was asked, and the answers that come next; when they are used up, the last one comes again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.address = ""
        self.stopping = threading.Event()
        """Set at the end: an answer that waits must wait for nothing else."""

    def reply(self, body: dict[str, Any], key: str) -> Reply:
        self.requests.append(body)
        self.keys.append(key)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(json.loads(body["messages"][1]["content"])["lines"])


@contextmanager
def serving(service: LlmService) -> Iterator[LlmService]:
    """Runs it on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/chat/completions"
            reply = service.reply(body, self.headers.get("Authorization", ""))
            data = reply.body.encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # who asked may be gone
                self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class has
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        service.stopping.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


def message(content: str, tokens: int | None = 100, reason: str = "stop") -> Reply:
    """A completion with that content."""
    usage = {} if tokens is None else {"usage": {"total_tokens": tokens}}
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": content}}
    return Reply(json.dumps({"choices": [choice], **usage}))


def good(lines: Lines) -> Reply:
    """A translation for every line: its words read backwards, its terms as they must read."""
    return listed([{"id": line["id"], "text": translated(line)} for line in lines])


def translated(line: dict[str, Any]) -> str:
    text = " ".join(part[::-1] for part in line["text"].split())
    return " ".join([text, *line.get("terms", {}).values()])


def listed(translations: object) -> Reply:
    return message(json.dumps({"translations": translations}))
