"""A lineage page in a browser that reaches nothing but files, and what a test asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Route, sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 20_000


@dataclass
class Opened:
    """An open page, and all that it said or asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    """Messages of the console, uncaught errors, dialogs."""
    asked: list[str] = field(default_factory=list)
    """Addresses that it wanted and that were refused."""

    def ask(self, expression: str) -> Any:
        """The value of an expression in which `cy` is the picture."""
        return self.page.evaluate(
            f"() => {{ const cy = document.getElementById('picture')._cyreg.cy; return {expression}; }}"
        )

    def ids(self, selector: str) -> set[str]:
        """Ids of the nodes of the picture that match, as cytoscape reads selectors."""
        return {name for name in self.ask(f"cy.nodes({selector!r}).map((node) => node.id())") if "caption:" not in name}

    def click_node(self, name: str) -> None:
        """Clicks on the head of a node, where no other lies on it."""
        self.page.wait_for_function("() => !document.getElementById('picture')._cyreg.cy.animated()")
        node = f"cy.getElementById({name!r})"
        place = self.ask(f"(({{x1, y1}}) => [x1 + 30, y1 + 12])({node}.renderedBoundingBox({{includeLabels: false}}))")
        self.page.locator("#picture").click(position={"x": place[0], "y": place[1]})

    @property
    def details(self) -> str:
        return self.page.locator("#details").inner_text()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's, for one module: while playwright is there, no test of its thread can run an event loop of its own. The
    sandbox of its own cannot be had by root."""
    with sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, anchor: str = "", **context: Any) -> Iterator[Opened]:
    """The page of that file, in a window of its own. Closing it fails if it complained or asked for anything."""
    with browser.new_context(**{"viewport": DESKTOP, **context}) as window:
        seen = Opened(window.new_page())
        seen.page.set_default_timeout(PATIENCE_MS)
        _watch(seen)
        seen.page.goto(path.as_uri() + anchor)
        yield seen
        assert (seen.said, seen.asked) == ([], [])


def _watch(seen: Opened) -> None:
    def refuse(route: Route, request: Request) -> None:
        if request.url.startswith("file:"):
            route.continue_()
        else:
            seen.asked.append(request.url)
            route.abort()

    def listen(message: ConsoleMessage) -> None:
        seen.said.append(f"{message.type}: {message.text}")

    def dismiss(dialog: Dialog) -> None:
        seen.said.append(dialog.message)
        dialog.dismiss()

    seen.page.route("**/*", refuse)
    seen.page.on("console", listen)
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("dialog", dismiss)
