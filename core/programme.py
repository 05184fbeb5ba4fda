"""The programme: what `programme.toml` says, checked when it is read, the same at both sites.

A key that is not given means "as the ward's paper has it". The file is for people; what the sites compare and
sign is `to_canonical` (docs/formats.md, "Bundles": kind `programme`), in which every default is written out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from typing import Any

from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure, UsageError
from core.programme_check import build
from core.programme_model import (
    Accounts,
    Contact,
    Deadlines,
    DrawPolicy,
    Duties,
    HandingOver,
    LogReview,
    Outing,
    Programme,
    Round,
)
from core.programme_template import programme_template
from core.toml_lines import LineIndex, Path
from core.toml_text import NotToml, read_toml

__all__ = [
    "Accounts",
    "Contact",
    "Deadlines",
    "DrawPolicy",
    "Duties",
    "HandingOver",
    "LogReview",
    "Outing",
    "Programme",
    "Round",
    "from_canonical",
    "parse_programme",
    "programme_hash",
    "programme_template",
    "to_canonical",
]

_FORMAT = "hk-programme-v1"
LARGEST = 64 * 1024
"""Bytes of a programme's text, by whatever door it comes: the template with all its notes is an eighth of it."""
_DATES = {
    "reference_date",
    "applications_close",
    "contract_start",
    "retention_end",
    "date",
    "release_on",
    "review_by",
    "participants_by",
    "notices_by",
}
_SYNTAX_LINE = re.compile(r"at line ([0-9]+), column ([0-9]+)")


def parse_programme(text: str, name: str = "programme.toml", *, checked: bool = False) -> Programme:
    """The programme in a TOML text. Raises `UsageError` naming the file and the line of what does not fit.

    `checked`: it stands in a vault, and was read without this word before it came there: its telephone number is not looked up
    again, for the tables of all numbers would be loaded at every login and by every command.
    """
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise UsageError(
            f"事業の設定が大きすぎます（上限 {LARGEST // 1024} KiB）",
            where=name,
            next_step="注釈や余分な行を減らしてから、もう一度お試しください",
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        document = read_toml(text)
    except NotToml as error:
        found = _SYNTAX_LINE.search(str(error))
        place = f"{name} {found[1]}行目 {found[2]}文字目" if found else f"{name} 最後の行"
        raise UsageError(
            "TOMLとして読めません（引用符、かっこ、= の書き方、同じ項目が二つないかを確かめてください）",
            where=place,
            next_step="その行を直してから、もう一度お試しください",
        ) from error
    index = LineIndex(text)

    def where(path: Path) -> str:
        line = index.line_of(path)
        return f"{name} {line}行目" if line else name

    return build(document, where, checked=checked)


def to_canonical(programme: Programme) -> bytes:
    """The programme as RFC 8785 JSON and LF, every default written out: what is hashed, signed and sent.

    But for what could not be set in programmes agreed earlier, where it is as it was for them: they keep their hash. That is
    `deadlines.count` where it says `days`; `deadlines.erase_days`; `duties.backup_days`; `handover`, `duties`, `accounts` and `log_review` where all of it
    is the default; `log_review.lookups`.
    """
    body = _plain(dataclasses.asdict(programme))
    if programme.deadlines.count == Deadlines.count:
        del body["deadlines"]["count"]
    if programme.deadlines.erase_days == Deadlines.erase_days:
        del body["deadlines"]["erase_days"]
    if programme.handover == HandingOver():
        del body["handover"]
    if programme.duties == Duties():
        del body["duties"]
    elif programme.duties.backup_days == Duties.backup_days:
        del body["duties"]["backup_days"]
    if programme.accounts == Accounts():
        del body["accounts"]
    if programme.log_review == LogReview():
        del body["log_review"]
    elif programme.log_review.lookups == LogReview.lookups:
        del body["log_review"]["lookups"]
    return canonical_json({"format": _FORMAT, **body}) + b"\n"


def programme_hash(programme: Programme) -> str:
    """SHA-256 of `to_canonical`, hex: equal where two vaults hold the same rules."""
    return sha256_hex(to_canonical(programme))


def from_canonical(data: bytes, name: str = "programme") -> Programme:
    """The programme in the bytes of `to_canonical`. Raises `IntegrityFailure` for any other bytes."""
    try:
        body = json.loads(data)
        if body.pop("format") != _FORMAT:
            raise ValueError("another format")
        document = {
            key: _dated(key, value) for key, value in body.items() if key not in {"outings", "rounds"}
        }
        document["outing"] = [_dated("", item) for item in body["outings"]]
        document["round"] = [_dated("", item) for item in body["rounds"]]
        programme = build(document, lambda path: f"{name} {'.'.join(map(str, path))}")
    except UsageError as error:
        raise IntegrityFailure(f"事業の設定が正しくありません: {error.what}", where=error.where) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IntegrityFailure("事業の設定の形式が正しくありません", where=name) from error
    if to_canonical(programme) != data:
        raise IntegrityFailure("事業の設定が正規の形で書かれていません", where=name)
    return programme


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _dated(key: str, value: Any) -> Any:
    """`value` with the dates that JSON has as text as dates again."""
    if isinstance(value, dict):
        return {inner: _dated(inner, item) for inner, item in value.items()}
    return dt.date.fromisoformat(value) if key in _DATES and value is not None else value
