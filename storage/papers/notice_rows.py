"""What the templates of the notices are handed, and the look at every character before anything is set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from core.errors import UsageError
from core.notice_kinds import FORM_WORDS, Form
from core.notices import Notice
from storage.papers.fonts import missing_from
from storage.papers.two_d_code import code_svg
from storage.papers.typesetting import Overflow, typeset

CHUNK = 500
"""Notices in one PDF: memory and the printer's patience both end."""
_MOST_NAMED = 20


def notice_pdfs(
    notices: Sequence[Notice], template: str, form: Form, handed: Callable[[Sequence[Notice]], dict[str, str]]
) -> Iterator[bytes]:
    """The notices as PDFs of at most `CHUNK` each, one at a time. Checks the characters of all of them before the first.

    Raises `UsageError` when there is nothing to print, when a character has no glyph, and when texts do not fit at a readable
    size; items and 受付番号 are named.
    """
    if not notices:
        raise UsageError(
            "印刷する通知がありません", next_step="発送済みの人の分は、--all か reprint でつくれます"
        )
    worded = [item.on(form) for item in notices]
    check_glyphs(worded)
    return (
        _chunk(worded[start : start + CHUNK], template, form, handed)
        for start in range(0, len(worded), CHUNK)
    )


def _chunk(
    notices: Sequence[Notice], template: str, form: Form, handed: Callable[[Sequence[Notice]], dict[str, str]]
) -> bytes:
    """One PDF. typst stops at the first text that does not fit; those who do not fit are found one after another."""
    faults: list[Overflow] = []
    rest = list(notices)
    while rest and len(faults) < _MOST_NAMED:
        try:
            pdf = typeset(template, handed(rest), what=FORM_WORDS[form])
        except Overflow as overflow:
            fault = overflow  # raised anew below, outside the handler
        else:
            if not faults:
                return pdf
            break
        faults.append(fault)
        rest = [item for item in rest if item.number != fault.number]
    items = "・".join(dict.fromkeys(fault.item for fault in faults))
    raise UsageError(
        f"{items}が長すぎて、読める大きさで{FORM_WORDS[form]}に入りません。まだ何も印刷していません",
        where="、".join(f"受付番号 {fault.number}" for fault in faults),
        next_step="短く書き直すか、この方を除いて印刷し（--except）、この方には別の形（はがき・封書）で送ってください",
    )


def check_glyphs(notices: Sequence[Notice]) -> None:
    """Raises `UsageError` naming code point, item and 受付番号 of every character that would vanish."""
    faults: list[str] = []
    if any(missing_from("".join({c for item in notices for _, text in _printed(item) for c in text}))):
        for item in notices:
            for name, text in _printed(item):
                faults += [f"受付番号 {item.number}・{name}・U+{ord(c):04X}" for c in missing_from(text)]
    if faults:
        shown = "、".join(faults[:5]) + (f" ほか{len(faults) - 5}件" if len(faults) > 5 else "")
        raise UsageError(
            "印刷できない文字があります。まだ何も印刷していません",
            where=shown,
            next_step="その応募（または通知の言葉）を、別の字（カナなど）に直してから、もう一度印刷してください",
        )


def _printed(item: Notice) -> Iterator[tuple[str, str]]:
    yield "郵便番号", item.postal_code
    yield "住所", "".join(item.address)
    yield "氏名", item.addressee
    yield "表題", item.heading + item.title
    yield "本文", "".join((*item.lead, *(a + b for a, b in item.facts), *item.closing, item.check))
    yield "公開場所", item.published.at + item.published.draw
    yield (
        "差出人",
        "".join((item.office.name, item.office.address, item.office.postal_code, item.office.phone)),
    )


def row_inputs(notices: Sequence[Notice]) -> dict[str, str]:
    """`notices` as JSON text; `shapes`, of which each names one; `codes`: the 2-D codes in them as SVG, each once.

    A shape is what is not a person's own on a notice, with its digits and draw numbers as wide as they get. Hundreds of
    notices have one shape: its size is found once for all of them.
    """
    codes = {item.published.code for item in notices} - {""}
    shapes: dict[str, int] = {}
    rows = []
    for item in notices:
        row = row_of(item)
        shape = _masked(json.dumps({name: row[name] for name in _SHAPED}, ensure_ascii=False))
        rows.append({**row, "shape": shapes.setdefault(shape, len(shapes))})
    return {
        "notices": json.dumps(rows, ensure_ascii=False),
        "shapes": f"[{','.join(shapes)}]",
        "codes": json.dumps({code: code_svg(code) for code in sorted(codes)}),
    }


_SHAPED = (
    "kind",
    "heading",
    "lead",
    "facts",
    "closing",
    "check",
    "check_at",
    "fingerprint",
    "contact",
    "sender",
    "number",
)
_ID = re.compile(r"(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{10}(?![0-9A-Z])")


def _masked(text: str) -> str:
    """With the widest draw number for each, and one digit for all: digits are equally wide."""
    return re.sub("[0-9]", "0", _ID.sub("W" * 10, text))


def row_of(item: Notice) -> dict[str, object]:
    """One notice as the templates read it."""
    office, published = item.office, item.published
    code = f"〒{office.postal_code[:3]}-{office.postal_code[3:]}" if office.postal_code else ""
    return {
        "number": item.number,
        "kind": item.title,
        "postal_code": item.postal_code,
        "address": [breakable(line) for line in item.address],
        "addressee": [breakable(part) for part in name_parts(item.addressee)],
        "heading": item.heading,
        "lead": item.lead,
        "facts": [[label, breakable(value)] for label, value in item.facts],
        "closing": item.closing,
        "check": item.check,
        "check_at": breakable(published.at),
        "code": published.code,
        "fingerprint": published.fingerprint,
        "contact": "問い合わせ " + (office.phone or office.name),
        "sender": [line for line in (f"{code} {office.address}".strip(), office.name) if line],
    }


def name_parts(addressee: str) -> list[str]:
    """Family name, and given name with its 様: the two lines a long name is set on."""
    family, _, rest = addressee.partition(" ")
    return [family, rest] if rest.count(" ") else [addressee]


def breakable(text: str) -> str:
    """`text` with zero-width spaces in runs over 16 signs that offer no place to break a line."""
    return re.sub(r"[!-~]{17,}", lambda run: "\u200b".join(re.findall(r".{1,8}", run[0])), text)
