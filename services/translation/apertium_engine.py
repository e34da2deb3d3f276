"""Apertium: rule-based translation between related languages, as a program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.runtime.errors import LanguagePairUnknown
from services.runtime.languages import language
from services.runtime.progress import Progress
from services.runtime.tools import capture_tool

from .pairs import Pair
from .translator import Batch, Protection, Rendering

_INSTALLED = "/usr/share/apertium"
"""Where the modes of Debian's packages say that their data is."""
_UNKNOWN_MARKS = "*@#"
"""Before a word that the dictionaries do not know: in the source, for the pair, or in the target."""
_ALTERNATIVES = re.compile(r"([^\s/]+)(?:/[^\s/.,!?;:।؟۔…\"']+)+")  # noqa: RUF001  these very characters are meant
"""Spellings between which Urdu-Hindi leaves the choice: `हूं/हूँ`."""


@dataclass(frozen=True)
class ApertiumEngine:
    model: Path
    """Folder with `modes/` and the data of the pair, as below /usr/share/apertium."""
    folder: Path
    """For the working files of this run."""
    name: str = "apertium"
    protections: Sequence[Protection] = ("placeholder", "inserted")

    def translate(self, batch: Batch, pair: Pair, progress: Progress) -> list[Rendering]:
        """See `Engine`. Raises ToolMissing, ToolFailed, and LanguagePairUnknown if the data is for another pair."""
        mode = self._prepared(pair)
        # Apertium marks unknown words with an asterisk, which must not be taken for one of the text.
        texts = [line.text.replace("*", " ") for line in batch.lines]
        answers = self._lines(mode, texts, progress)
        if len(answers) != len(texts):
            answers = [" ".join(self._lines(mode, [text], progress)) for text in texts]
        return [_tidied(text, answer) for text, answer in zip(texts, answers, strict=True)]

    def _lines(self, mode: str, texts: Sequence[str], progress: Progress) -> list[str]:
        """What the program writes for texts that are paragraphs of one file; empty lines are left out."""
        file = self.folder / "source.txt"
        file.write_text("\n\n".join(texts) + "\n", "utf-8")
        finished = capture_tool(["apertium", "-d", str(self.folder), mode, str(file)], progress=progress)
        if finished.status != 0:
            raise finished.error()
        return [line for line in finished.output.split("\n") if line.strip()]

    def _prepared(self, pair: Pair) -> str:
        """The name of the pair's mode, which is put in place to run on the checked data of the model."""
        mode = "-".join(language(code).terminology_code for code in pair.primary)
        source = self.model / "modes" / f"{mode}.mode"
        if not source.is_file():
            raise LanguagePairUnknown(f"the model in {self.model} is not for {pair}; mend translation.engines")
        target = self.folder / "modes" / source.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text("utf-8").replace(_INSTALLED, str(self.model)), "utf-8")
        return mode


def _tidied(source: str, answer: str) -> Rendering:
    """The answer without marks and alternatives, and whether it held unknown words other than placeholders."""
    marks = "".join(mark for mark in _UNKNOWN_MARKS if mark not in source)
    pattern = re.compile(rf"[{re.escape(marks)}](?=\w)" if marks else r"(?!)")
    unknown = [it for it in pattern.finditer(answer) if not re.match(r"QX\d+Z", answer[it.end() :])]
    text = " ".join(pattern.sub("", answer).split())
    if "/" not in source:
        text = _ALTERNATIVES.sub(r"\1", text)
    return Rendering(text, ("WORDS_UNKNOWN",) if unknown else ())
