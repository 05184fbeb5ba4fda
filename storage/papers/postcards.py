"""Notices as postcards: a PDF of 100 × 148 mm pages, address side and message side in turn.

Personal data goes to typst in memory and comes back as bytes: no temporary file. The same notices give the
same bytes (no date in the document, no fonts but ours), so a second print can be told from a changed one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib import resources

from core.errors import IkiikiError, UsageError
from core.notices import NOTICE_WORDS, Notice
from storage.papers.fonts import font_folder, missing_from

CHUNK = 500
"""Notices in one PDF: memory and the printer's patience both end."""


def postcards_pdf(notices: Sequence[Notice], *, frames: bool = True) -> bytes:
    """One PDF of at most `CHUNK` notices, two pages each, in the order given.

    `frames` draws the postal code boxes; leave them out when the cards have them printed.
    Raises `UsageError` when there is nothing to print or too much, when a character has no glyph, and when a
    text does not fit at a readable size; item and 受付番号 are named, nothing has been printed then.
    """
    if len(notices) > CHUNK:
        raise UsageError(f"一度に印刷できるのは{CHUNK}件までです", next_step="分けて印刷してください")
    return next(postcard_pdfs(notices, frames=frames))


def postcard_pdfs(notices: Sequence[Notice], *, frames: bool = True) -> Iterator[bytes]:
    """The notices as PDFs of at most `CHUNK` each, one at a time. Checks all of them before the first.

    Raises as `postcards_pdf`.
    """
    if not notices:
        raise UsageError("印刷する通知がありません", next_step="抽選の結果と区の承認を確かめてください")
    check_glyphs(notices)
    return (
        _compile(notices[start : start + CHUNK], frames=frames) for start in range(0, len(notices), CHUNK)
    )


def check_glyphs(notices: Sequence[Notice]) -> None:
    """Raises `UsageError` naming code point, item and 受付番号 of every character that would vanish."""
    faults: list[str] = []
    for item in notices:
        for name, text in _printed(item):
            faults += [
                f"受付番号 {item.number}・{name}・U+{ord(character):04X}" for character in missing_from(text)
            ]
    if faults:
        shown = "、".join(faults[:5]) + (f" ほか{len(faults) - 5}件" if len(faults) > 5 else "")
        raise UsageError(
            "印刷できない文字があります。まだ何も印刷していません",
            where=shown,
            next_step="その応募を開き、別の字（カナなど）に直してから、もう一度印刷してください",
        )


def _printed(item: Notice) -> Iterator[tuple[str, str]]:
    yield "郵便番号", item.postal_code
    yield "住所", "".join(item.address)
    yield "氏名", item.addressee
    yield "表題", item.title
    yield (
        "本文",
        "".join((*item.lead, *(a + b for a, b in item.facts), *item.closing, item.check, item.check_at)),
    )
    yield (
        "差出人",
        "".join((item.office.name, item.office.address, item.office.postal_code, item.office.phone)),
    )


def _compile(notices: Sequence[Notice], *, frames: bool) -> bytes:
    import typst

    template = (resources.files("storage.papers") / "postcard.typ").read_bytes()
    # typst wants a root to resolve files against; the template reads none, so the fonts' folder does.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])
    try:
        compiler = typst.Compiler(template, root=font_folder(), font_paths=fonts, ignore_system_fonts=True)
        pdf = compiler.compile(format="pdf", sys_inputs=inputs(notices, frames=frames))
        assert isinstance(pdf, bytes), "a PDF is one file"
        return pdf
    except typst.TypstError as error:
        message = str(error)
    # Raised outside the handler: the compiler's own message could show what it was given.
    if match := re.search(r"ikiiki-overflow:([^:]+):(\d+):", message):
        raise UsageError(
            f"{match[1]}が長すぎて、読める大きさではがきに入りません",
            where=f"受付番号 {match[2]}",
            next_step="短く書き直すか、この方には封書で送ってください",
        )
    raise IkiikiError("はがきを作れませんでした。データはそのままです", next_step="もう一度お試しください")


def inputs(notices: Sequence[Notice], *, frames: bool = True) -> dict[str, str]:
    """What postcard.typ is handed: `notices` as JSON text, `frames` yes or no."""
    rows = [_row(item) for item in notices]
    return {"notices": json.dumps(rows, ensure_ascii=False), "frames": "yes" if frames else "no"}


def _row(item: Notice) -> dict[str, object]:
    word = NOTICE_WORDS[item.kind]
    office = item.office
    code = f"〒{office.postal_code[:3]}-{office.postal_code[3:]}" if office.postal_code else ""
    contact = "問い合わせ " + (office.phone or office.name)
    return {
        "number": item.number,
        "kind": word,
        "postal_code": item.postal_code,
        "address": [breakable(line) for line in item.address],
        "addressee": [breakable(part) for part in name_parts(item.addressee)],
        "heading": item.title.removesuffix(word).strip(),
        "lead": item.lead,
        "facts": [[label, breakable(value)] for label, value in item.facts],
        "closing": item.closing,
        "check": item.check,
        "check_at": breakable(item.check_at),
        "contact": contact,
        "sender": [line for line in (f"{code} {office.address}".strip(), office.name) if line],
    }


def name_parts(addressee: str) -> list[str]:
    """Family name, and given name with its 様: the two lines a long name is set on."""
    family, _, rest = addressee.partition(" ")
    return [family, rest] if rest.count(" ") else [addressee]


def breakable(text: str) -> str:
    """`text` with zero-width spaces in runs over 16 signs that offer no place to break a line."""
    return re.sub(r"[!-~]{17,}", lambda run: "\u200b".join(re.findall(r".{1,8}", run[0])), text)
