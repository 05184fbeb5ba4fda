"""`ikiiki register`: the registers of what people must do, and the incidents."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.choosing import listed
from core.errors import UsageError
from core.office.choices import REPORT_WORDS, Report
from core.register_kinds import ON, REGISTERS, Form, Kind, read_item, shown

if TYPE_CHECKING:
    from core.office.incidents import Incident

app = typer.Typer(no_args_is_help=True, help="台帳（条項、再委託先、連絡先、訓練、事故、更新、点検など）")
Which = Annotated[Kind, typer.Argument(help="台帳: " + " ".join(kind.value for kind in Kind))]
Key = Annotated[str, typer.Argument(help="一覧に出る名前か番号")]
Items = Annotated[list[str], typer.Argument(help="項目=値。項目は ikiiki register kinds に出る")]


@app.command()
def kinds(as_json: Json = False) -> None:
    """台帳と、それぞれの項目。"""
    remember(as_json)
    say(
        {
            "kinds": [
                {
                    "kind": one.kind.value, "words": one.words, "measure": one.measure,
                    "items": [
                        {"name": i.name, "words": i.words, "form": i.form.value, "needed": i.needed, "choices": dict(i.choices)}
                        for i in one.items
                    ],
                }
                for one in REGISTERS.values()
            ]
        },
        lambda: "\n".join(
            f"{one.kind.value}  {one.words}（{one.measure}）\n"
            + "\n".join(
                f"    {i.name}={'|'.join(i.choices) if i.form is Form.CHOICE else i.example or '…'}"
                f"  {i.words}{'' if i.needed and i.name != 'on' else '（省ける）'}"
                for i in one.items
            )
            for one in REGISTERS.values()
        ),
    )  # fmt: skip


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Argument(help="台帳。なければ全部")] = None,
    everything: Annotated[bool, typer.Option("--all", help="終わったものも")] = False,
    as_json: Json = False,
) -> None:
    """台帳の記入（新しい日付の順）。"""
    remember(as_json)
    with opened() as session:
        entries = session.office.registers.entries(kind, everything=everything)
    say(
        {
            "entries": [
                {
                    "kind": e.kind.value, "key": e.key, "version": e.version, "ended": e.ended, "at": e.at, "by": e.by,
                    "sha256": e.sha256, "body": dict(e.body),
                }
                for e in entries
            ]
        },
        lambda: columns(
            [
                (
                    REGISTERS[e.kind].words, e.key, "、".join(f"{label} {value}" for label, value in shown(REGISTERS[e.kind], e.body)),
                    "終了" if e.ended else "", e.by,
                )
                for e in entries
            ]
        ),
    )  # fmt: skip


@app.command()
def add(kind: Which, items: Items, as_json: Json = False) -> None:
    """台帳に記入し、管理簿に署名する。同じ名前のものは新しい版になる。"""
    remember(as_json)
    with opened() as session:
        entry = session.office.registers.add(kind, _items(items))
    say(
        {"kind": kind.value, "key": entry.key, "version": entry.version, "sha256": entry.sha256},
        f"{REGISTERS[kind].words}に記入しました: {entry.key}（第{entry.version}版）。管理簿に署名しました",
    )


@app.command()
def end(kind: Which, key: Key, as_json: Json = False) -> None:
    """台帳のものを終わりにする（再委託先をやめたときなど）。"""
    remember(as_json)
    with opened() as session:
        entry = session.office.registers.end(kind, key)
    say(
        {"kind": kind.value, "key": key, "version": entry.version},
        f"{REGISTERS[kind].words} {key} を終わりにしました",
    )


@app.command()
def incidents(as_json: Json = False) -> None:
    """事故と、報告の期限（根拠つき）。"""
    remember(as_json)
    from core.office.incidents import incident_words

    with opened() as session:
        found, untold = session.office.incidents.all(), session.office.incidents.untold()
    say(
        {
            "incidents": [_document(one) for one in found],
            "untold": [{"org": line.org.value, "line": line.seq, "at": line.at, "people": line.qty} for line in untold],
        },
        lambda: "\n".join(
            [
                *(incident_words(one) for one in found),
                *(f"相手の事故が登録されていません: 相手の管理簿{line.seq}行目 {line.at[:10]} {line.qty}人" for line in untold),
            ]
        )
        or "事故の記録はありません",
    )  # fmt: skip


@app.command()
def report(
    key: Key,
    what: Annotated[
        Report,
        typer.Argument(help=listed(REPORT_WORDS)),
    ],
    on: Annotated[str, typer.Option(help="した日（令和8年6月10日、R8.6.10、6/10 など）。なければ今日")] = "",
    as_json: Json = False,
) -> None:
    """事故の連絡・速報・確報などをしたと、署名して記録する。"""
    remember(as_json)
    from core.office.incidents import incident_words

    with opened() as session:
        day = dt.date.fromisoformat(read_item(ON, on, session.office.duties.today)) if on else None
        incident = session.office.incidents.report(key, what, day)
    say(_document(incident), lambda: f"{REPORT_WORDS[what]}を記録しました\n{incident_words(incident)}")


@app.command()
def correct(key: Key, items: Items, as_json: Json = False) -> None:
    """事故を、いま分かっている内容で記入し直す（人数が変わったときなど）。"""
    remember(as_json)
    from core.office.incidents import incident_words

    with opened() as session:
        incident = session.office.incidents.correct(key, _items(items))
    say(_document(incident), lambda: incident_words(incident))


def _document(one: Incident) -> dict[str, object]:
    return {
        "key": one.key, "body": dict(one.entry.body), "reasons": list(one.reasons), "closed": one.closed,
        "clocks": [
            {
                "report": c.report.value, "due": c.due.isoformat() if c.due else None,
                "done": c.done.isoformat() if c.done else None, "source": c.source,
            }
            for c in one.clocks
        ],
    }  # fmt: skip


def _items(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark:
            raise UsageError("項目=値 の形で書いてください", where=word[:40], next_step="例: on=2026-04-01")
        found[name] = value
    return found
