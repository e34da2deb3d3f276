"""Draws the lineage graph: a column per stage from left to right, one coloured line per artifact, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from .graph import FILM, MISSING, Edge, Graph, Node
from .text import plain

CARD = 172
"""Width of a card, in pixels, like all lengths here."""
GAP = 56
MARGIN = 20
HEAD = 58
ROW = 22
FOOT = 10
LANE = 26
ROUND = 9
COLOURS = 6
"""How many line colours the style sheet has."""

_MARKS = {"SUCCEEDED": "✓", "REUSED": "≡", "SKIPPED": "»", "FAILED": "✕", "CANCELLED": "■", "UNREADABLE": "?"}


@dataclass
class _Card:
    """The film or a step on the canvas, with its files in rows."""

    node: Node
    column: int
    x: int
    y: int
    inputs: list[Edge] = field(default_factory=list)
    outputs: list[Edge] = field(default_factory=list)

    @property
    def height(self) -> int:
        return HEAD + ROW * (len(self.inputs) + len(self.outputs)) + FOOT

    def input_y(self, edge: Edge) -> int:
        return self.y + HEAD + ROW * self.inputs.index(edge) + ROW // 2

    def output_y(self, source: str) -> int:
        """Height of the port of an artifact; the film has one, in the middle of its head."""
        places = [place for place, edge in enumerate(self.outputs) if edge.target == source]
        return self.y + HEAD + ROW * (len(self.inputs) + places[0]) + ROW // 2 if places else self.y + HEAD // 2


@dataclass(frozen=True)
class _Line:
    """One artifact's way from its card to a card that took it."""

    source: _Card
    target: _Card
    edge: Edge
    name: str
    """What the artifact is called where it was made."""
    colour: int
    lane: int | None
    """Its lane below the cards, or None if the cards stand side by side."""


def picture(graph: Graph) -> str:
    """The graph as one `<svg>`. Everything that came from outside is escaped."""
    cards = _cards(graph)
    lines = list(_lines(graph, cards))
    floor = max((card.y + card.height for card in cards.values()), default=0)
    lanes = 1 + max((line.lane for line in lines if line.lane is not None), default=-1)
    width = max((card.x for card in cards.values()), default=0) + CARD + MARGIN
    height = floor + MARGIN + LANE * lanes
    title = escape(plain(f"Lineage of {graph.title or graph.job}"))
    return "\n".join(
        (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" aria-label="{title}">',
            *(_draw_line(line, floor) for line in lines),
            *_lane_labels(lines, floor),
            *(_draw_card(card, lines) for card in cards.values()),
            "</svg>",
        )
    )


def _cards(graph: Graph) -> dict[str, _Card]:
    shown = [node for node in graph.nodes if node.kind == "film" or node.number]
    numbers = sorted({node.number for node in shown})
    arriving, leaving = graph.arriving(), graph.leaving()
    cards: dict[str, _Card] = {}
    heights = dict.fromkeys(numbers, 0)
    columns = {number: column for column, number in enumerate(numbers)}
    for node in shown:
        column = columns[node.number]
        card = _Card(node, column, MARGIN + column * (CARD + GAP), MARGIN + heights[node.number])
        card.inputs = [edge for edge in arriving.get(node.id, ()) if edge.kind == "input"]
        card.outputs = leaving.get(node.id, []) if node.kind == "step" else []
        heights[node.number] += card.height + MARGIN
        cards[node.id] = card
    return cards


def _lines(graph: Graph, cards: dict[str, _Card]) -> Iterator[_Line]:
    makers = {edge.target: cards[edge.source] for edge in graph.edges if edge.kind == "output"}
    if FILM in cards:
        makers[FILM] = cards[FILM]
    names = {node.id: FILM if node.kind == "film" else node.label for node in graph.nodes}
    colours: dict[str, int] = {}
    lanes: dict[str, int] = {}
    for edge in graph.edges:
        maker, taker = makers.get(edge.source), cards.get(edge.target)
        if edge.kind != "input" or maker is None or taker is None:
            continue
        colour = colours.setdefault(edge.source, len(colours) % COLOURS)
        beside = taker.column == maker.column + 1
        lane = None if beside else lanes.setdefault(edge.source, len(lanes))
        yield _Line(maker, taker, edge, names[edge.source], colour, lane)


def _draw_line(line: _Line, floor: int) -> str:
    path = _beside(line) if line.lane is None else _below(line, floor)
    kind = "beside" if line.lane is None else "below"
    ends = (
        f'data-from="{escape(line.source.node.id)}" data-to="{escape(line.target.node.id)}"'
        f' data-artifact="{escape(line.edge.source)}"'
    )
    return f'<path class="line {kind} line-{line.colour}" {ends} d="{path}"/>'


def _beside(line: _Line) -> str:
    x, y = line.source.x + CARD, line.source.output_y(line.edge.source)
    end_x, end_y = line.target.x, line.target.input_y(line.edge)
    return f"M{x} {y}C{x + GAP // 2} {y} {end_x - GAP // 2} {end_y} {end_x} {end_y}"


def _below(line: _Line, floor: int) -> str:
    """Out of the card, down its gap, along the lane, up the other gap and in; corners rounded."""
    x, y = line.source.x + CARD, line.source.output_y(line.edge.source)
    end_x, end_y = line.target.x, line.target.input_y(line.edge)
    lane_y = _lane_y(line, floor)
    down, up = x + _inset(line), end_x - _inset(line)
    return "".join(
        (
            f"M{x} {y}H{down - ROUND}Q{down} {y} {down} {y + ROUND}",
            f"V{lane_y - ROUND}Q{down} {lane_y} {down + ROUND} {lane_y}",
            f"H{up - ROUND}Q{up} {lane_y} {up} {lane_y - ROUND}",
            f"V{end_y + ROUND}Q{up} {end_y} {up + ROUND} {end_y}H{end_x}",
        )
    )


def _inset(line: _Line) -> int:
    return ROUND + 3 + 7 * ((line.lane or 0) % 5)


def _lane_y(line: _Line, floor: int) -> int:
    return floor + LANE * (line.lane or 0) + LANE // 2 + ROUND


def _lane_labels(lines: Iterable[_Line], floor: int) -> Iterator[str]:
    """Each lane says once what runs in it, at its beginning."""
    firsts = {line.lane: line for line in reversed(list(lines)) if line.lane is not None}
    for line in firsts.values():
        x = line.source.x + CARD + GAP + 6
        name = escape(plain(line.name))
        place = f'x="{x}" y="{_lane_y(line, floor) - 6}" data-artifact="{escape(line.edge.source)}"'
        yield f'<text class="lane text-{line.colour}" {place}>{name}</text>'


def _draw_card(card: _Card, lines: list[_Line]) -> str:
    node = card.node
    status = f"status-{node.status.lower()}" if node.kind == "step" else "film"
    label = escape(plain(f"{node.label}, {node.status}"))
    opening = (
        f'<g class="card {escape(status)}" tabindex="0" role="button" aria-label="{label}"'
        f' data-node="{escape(node.id)}" transform="translate({card.x} {card.y})">'
    )
    box = f'<rect class="box" width="{CARD}" height="{card.height}" rx="10"/>'
    band = '<rect class="band" width="4" y="10" height="38" rx="2"/>'
    return "".join((opening, box, band, *_head(node), *_rows(card, lines), "</g>"))


def _head(node: Node) -> Iterator[str]:
    name = node.label.split("_", 1)[-1] if node.kind == "step" else "film"
    number = f"{node.number:02d}" if node.number else ""
    yield f'<text class="name" x="16" y="25">{escape(_short(name, 16))}</text>'
    yield f'<text class="number" x="{CARD - 14}" y="25">{number}</text>'
    if node.kind == "film":
        yield f'<text class="status" x="16" y="44">{escape(_short(node.label, 21))}</text>'
    else:
        mark = _MARKS.get(node.status, "○")
        yield f'<text class="status" x="16" y="44">{mark} {escape(node.status.replace("_", " ").lower())}</text>'


def _rows(card: _Card, lines: list[_Line]) -> Iterator[str]:
    colours = {line.edge.source: line.colour for line in lines}
    if card.node.kind == "film":
        yield _port(CARD, HEAD // 2, f"port-{colours.get(FILM, 0)}")
    drawn = {(line.edge.source, line.edge.target) for line in lines}
    for place, edge in enumerate(card.inputs):
        y = HEAD + ROW * place + ROW // 2
        is_missing = (edge.source, edge.target) not in drawn
        yield _port(0, y, "port-missing" if is_missing else f"port-{colours[edge.source]}")
        note = f' <tspan class="missing">{MISSING.lower()}</tspan>' if is_missing else ""
        yield f'<text class="role" x="16" y="{y + 4}">{escape(_short(edge.role, 20))}{note}</text>'
    for place, edge in enumerate(card.outputs, len(card.inputs)):
        y = HEAD + ROW * place + ROW // 2
        yield _port(CARD, y, f"port-{colours[edge.target]}" if edge.target in colours else "port-final")
        yield f'<text class="role made" x="{CARD - 16}" y="{y + 4}">{escape(_short(edge.role, 20))}</text>'


def _port(x: int, y: int, kind: str) -> str:
    return f'<circle class="port {kind}" cx="{x}" cy="{y}" r="4.5"/>'


def _short(text: str, length: int) -> str:
    text = plain(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
