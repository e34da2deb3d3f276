"""Audits as one HTML page that opens without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .criteria import CRITERIA
from .matrix import Audit, Row
from .text import MET, MISSING, mark

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #8884; text-align: center; }
th:first-child { text-align: left; font-weight: 500; white-space: nowrap; }
thead th { font-size: .75rem; vertical-align: bottom; }
.met { color: #1a7f37; } .missing { color: #fff; background: #b42318; } .none { opacity: .5; }
@media (prefers-color-scheme: dark) { .met { color: #4ac26b; } }
"""
_CLASSES = {MET: ("met", "there"), MISSING: ("missing", "missing")}


def page(audits: Sequence[Audit]) -> str:
    """The matrices, one below the other. Whatever a job is called, it is text here."""
    title = f"Audit of {audits[0].job}" if len(audits) == 1 else f"Audit of {len(audits)} jobs"
    parts = "\n".join(part for audit in audits for part in _job(audit))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{parts}\n</body>\n</html>\n"
    )


def _job(audit: Audit) -> Iterator[str]:
    yield f"<h2>{escape(audit.job)}: {audit.percent:g} %</h2>"
    yield '<div class="wide"><table><thead><tr><th scope="col">step</th>'
    yield "".join(f'<th scope="col" title="{escape(it.title)}">{escape(it.title)}</th>' for it in CRITERIA)
    yield '<th scope="col">%</th></tr></thead><tbody>'
    yield from (_row(row) for row in audit.rows)
    yield "</tbody></table></div>"
    faults = [f"<li><b>{escape(name)} {code}</b>: {escape(fault)}</li>" for name, code, fault in audit.faults()]
    yield f"<ul>{''.join(faults)}</ul>" if faults else "<p>Nothing is missing.</p>"


def _row(row: Row) -> str:
    cells = "".join(_cell(mark(row, criterion.code)) for criterion in CRITERIA)
    return f'<tr><th scope="row">{escape(row.name)}</th>{cells}<td>{row.percent:g}</td></tr>'


def _cell(shown: str) -> str:
    style, label = _CLASSES.get(shown, ("none", "does not concern it"))
    return f'<td class="{style}"><span role="img" aria-label="{label}">{shown}</span></td>'
