"""The postcards: 10,000 with two sides through our own path, against a bare typst run of the same template, in the same run.

Each contestant is a process of its own, so that the most memory it held is its own. Ours is what both faces call: it looks at every
character, draws the 2-D code, words each card, sets them 500 at a time and writes the files. The floor is handed the finished inputs
of the template, sets the same pages and writes them; it checks nothing. Loading Python and the libraries is in both.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

NAME = "papers"
CARDS = 10_000
LIMIT = 1.2
"""Times the floor."""
MOST_MEGABYTES = 800
ROUNDS = 2
"""The better of so many, each contestant in turn."""
CHUNK = 500


@dataclass(frozen=True)
class Run:
    """One contestant, once."""

    seconds: float
    megabytes: int
    size: int
    """Bytes of all PDFs."""


def notices(count: int) -> list[Any]:
    """Invented people, of every kind of notice and with addresses short and long; each with numbers of its own."""
    from core.notice_kinds import NoticeKind
    from tools.paper_pictures import example

    drafts = [example(kind, who) for who in ("usual", "long") for kind in NoticeKind]

    def one(n: int) -> Any:
        draft = drafts[n % len(NoticeKind) + (len(NoticeKind) if n % 50 == 0 else 0)]
        own = {"受付番号": f"{n:04}", "抽選番号": f"K7Q29F{n:04}"}
        facts = tuple((label, own.get(label, value)) for label, value in draft.facts)
        return replace(draft, number=own["受付番号"], facts=facts)

    return [one(n) for n in range(1, count + 1)]


def ours(folder: Path, count: int) -> float:
    """Seconds for `count` cards through the product's own path."""
    from cli.papering import write_notices
    from core.notice_kinds import Form

    items: Any = [SimpleNamespace(notice=notice) for notice in notices(count)]
    office: Any = SimpleNamespace(notices=SimpleNamespace(printed=lambda *_, **__: None))

    def write(path: Path, data: bytes) -> None:
        path.write_bytes(data)

    start = time.perf_counter()
    write_notices(office, folder / "cards.pdf", items, Form.POSTCARD, write)
    return time.perf_counter() - start


def prepare(folder: Path, count: int) -> None:
    """What the floor is handed: the inputs of each chunk."""
    from core.notice_kinds import Form
    from storage.papers.fonts import paper_fonts
    from storage.papers.postcards import inputs

    cards = [item.on(Form.POSTCARD) for item in notices(count)]
    for number, at in enumerate(range(0, count, CHUNK)):
        given = inputs(cards[at : at + CHUNK]) | {"fonts": paper_fonts().names}
        (folder / f"in-{number:03}.json").write_text(json.dumps(given), encoding="utf-8")
    (folder / "fonts.json").write_text(json.dumps([str(f) for f in paper_fonts().folders]))


def floor(folder: Path, count: int) -> float:
    """Seconds for the same pages by typst alone."""
    import typst

    template = Path(__file__).parent.parent / "storage" / "papers" / "postcard.typ"
    folders = json.loads((folder / "fonts.json").read_text())
    start = time.perf_counter()
    for file in sorted(folder.glob("in-*.json")):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        compiler = typst.Compiler(
            template.read_bytes(), root=folders[-1], font_paths=fonts, ignore_system_fonts=True
        )
        pdf = compiler.compile(format="pdf", sys_inputs=json.loads(file.read_text(encoding="utf-8")))
        assert isinstance(pdf, bytes), "a PDF is one file"
        (folder / f"{file.stem}.pdf").write_bytes(pdf)
    return time.perf_counter() - start


WAYS: dict[str, Callable[[Path, int], float]] = {"ours": ours, "floor": floor}


def run(who: str, folder: Path, count: int) -> Run:
    """One contestant in a process of its own."""
    words = [sys.executable, "-m", "bench.papers", who, str(folder), str(count)]
    root = Path(__file__).parent.parent
    made = subprocess.run(words, cwd=root, capture_output=True, text=True, check=True, env=dict(os.environ))
    seconds, kilobytes = made.stdout.split()
    pdfs = list(folder.glob("*.pdf"))
    size = sum(path.stat().st_size for path in pdfs)
    for path in pdfs:
        path.unlink()
    return Run(float(seconds), int(kilobytes) // 1024, size)


def measured(count: int, rounds: int) -> dict[str, Run]:
    """The better run of each."""
    best: dict[str, Run] = {}
    with tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as name:
        folder = Path(name)
        prepare(folder, count)
        for _ in range(rounds):
            for who in WAYS:
                one = run(who, folder, count)
                if who not in best or one.seconds < best[who].seconds:
                    best[who] = one
    return best


def report(best: dict[str, Run], count: int) -> tuple[str, bool]:
    """A line, and whether all is within its limits."""
    mine, bare = best["ours"], best["floor"]
    ratio = mine.seconds / bare.seconds
    within = ratio <= LIMIT and mine.megabytes <= MOST_MEGABYTES
    words = (
        f"papers: postcards  {mine.seconds:8.3f} s{count / mine.seconds:>14,.0f} cards/s"
        f"{ratio:>14.2f}x (limit {LIMIT:.2f}x)  floor: typst alone, {bare.seconds:.3f} s"
        f"   memory {mine.megabytes} MB (limit {MOST_MEGABYTES}; floor {bare.megabytes})"
    )
    return words + ("" if within else "  BEYOND ITS LIMIT"), within


def main(say: Callable[[str], object]) -> bool:
    """Measure and say; whether all is within its limits."""
    words, within = report(measured(CARDS, ROUNDS), CARDS)
    say(words)
    return within


def contestant(words: Sequence[str]) -> None:
    who, folder, count = words
    seconds = WAYS[who](Path(folder), int(count))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    contestant(sys.argv[1:])
