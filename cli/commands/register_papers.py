"""`ikiiki papers ledger|roster|staff|ceremony|review|audit`: registers and reports as PDF or XLSX."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import say
from core.papers import PAPER_WORDS, PaperKind
from core.roles import Site

File = Annotated[Path, typer.Argument(help="書き出すファイル（新しいもの。.pdf か .xlsx）")]
Day = Annotated[dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="この日から")]
Until = Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="この日まで")]
Org = Annotated[Site | None, typer.Option(help="contractor か ward。なければ自分の側")]
Draw = Annotated[str | None, typer.Option(help="抽選の番号。なければ一番新しいもの")]


def ledger(file: File, org: Org = None, first: Day = None, last: Until = None, as_json: Json = False) -> None:
    """管理簿（確認記録票）を、紙の形にする。"""
    _write(file, PaperKind.LEDGER, as_json, first, last, org=org)


def roster(
    outing: Annotated[str, typer.Argument(help="回の記号")], file: File, as_json: Json = False
) -> None:
    """1回分の参加者名簿と当日の出欠表を、紙の形にする（氏名と電話番号が入る）。"""
    _write(file, PaperKind.ROSTER, as_json, outing=outing)


def staff(file: File, as_json: Json = False) -> None:
    """取扱責任者・取扱者の届出を、紙の形にする。"""
    _write(file, PaperKind.STAFF, as_json)


def ceremony(file: File, draw: Draw = None, as_json: Json = False) -> None:
    """抽選の記録（いつ、だれが、何をしたか、席の決まり方、確認番号）を、紙の形にする。"""
    _write(file, PaperKind.CEREMONY, as_json, draw=draw)


def review(file: File, first: Day = None, last: Until = None, as_json: Json = False) -> None:
    """⑤⑨の点検の報告を、紙の形にする（人は受付番号だけ）。"""
    _write(file, PaperKind.REVIEW, as_json, first, last)


def audit(file: File, first: Day = None, last: Until = None, as_json: Json = False) -> None:
    """監査の報告を1つにまとめる: 検証、期限、事故、指摘、取扱者、流れ、束、操作ログ、印刷物、台帳、拠点の点検。"""
    _write(file, PaperKind.AUDIT, as_json, first, last)


def register(app: typer.Typer) -> None:
    """Put them beside the notices."""
    for command in (ledger, roster, staff, ceremony, review, audit):
        app.command()(command)


def _write(
    file: Path, kind: PaperKind, as_json: bool, first: Day = None, last: Until = None,
    *, org: Org = None, outing: str = "", draw: Draw = None,
) -> None:  # fmt: skip
    remember(as_json)
    from core.office.paper_desk import Wanted
    from core.office.paper_words import Period

    period = Period(first.date() if first else None, last.date() if last else None)
    wanted = Wanted(kind, period, org=org, outing=outing, draw=draw)
    with opened() as session:
        paper = session.write_paper(file, wanted)
    say(
        {"file": str(file), "copy": paper.copy, "rows": paper.rows},
        f"書き出しました: {file}  {PAPER_WORDS[wanted.kind]}  控番号 {paper.copy}\n"
        "管理簿に記入しました。使い終わったら「廃棄」を記入してください",
    )
