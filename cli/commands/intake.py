"""`ikiiki intake`: applications ①–③, and the ward's counter ※."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import Json, columns, note, opened, remember, say
from core.applicant import PROBLEM_WORDS, ROUTE_WORDS, STATE_WORDS, Applicant, Application, Route, State
from core.errors import IkiikiError, UsageError
from core.office.importing import ImportReport
from core.office.intake import REASONS
from core.office.listing import ListFilter
from core.people.fields import Field

app = typer.Typer(no_args_is_help=True, help="応募の受付")
Number = Annotated[int, typer.Argument(help="受付番号")]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV・TSV・XLSX のファイル")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="どうなるかを示すだけで、何も取り込まない")
    ] = False,
    mapping: Annotated[Path | None, typer.Option(help="列の対応表（TOML）。見出しを読み取れないとき")] = None,
    source: Annotated[
        str | None, typer.Option(help="申込フォームの名前。列が同じ別のフォームがあるとき")
    ] = None,
    as_json: Json = False,
) -> None:
    """申込データのファイルを取り込む。同じファイルをもう一度取り込んでも何も変わらない。"""
    remember(as_json)
    with opened() as session:
        told = session.read_mapping(mapping) if mapping else None
        tables = [session.read_table(file, told) for file in files]
        reports: list[ImportReport] = []
        try:
            for table in tables:
                report = session.office.importing.import_table(table, told, source=source, dry_run=dry_run)
                reports.append(report)
        except IkiikiError:
            for report in reports:  # each file is a whole by itself: those before the bad one stay
                note(_summary(report, dry_run))
            raise
    say(
        {"files": [_report(report) for report in reports]},
        lambda: "\n".join(_summary(r, dry_run) for r in reports),
    )


def _report(report: ImportReport) -> dict[str, Any]:
    return {
        "file": report.file,
        "encoding": report.encoding,
        "dropped_columns": list(report.dropped_columns),
        "accepted": report.accepted,
        "held": report.held,
        "already": report.already,
        "changed": report.changed,
        "rows": [
            {
                "row": row.row,
                "receipt": row.receipt,
                "number": row.number,
                "outcome": row.outcome,
                "problems": [problem.value for problem in row.problems],
                "warnings": [warning.value for warning in row.warnings],
                "applicant": _applicant(row.applicant),
            }
            for row in report.rows
        ],
    }


def _applicant(applicant: Applicant) -> dict[str, Any]:
    return {
        "kana": applicant.kana,
        "birth_date": applicant.birth_date.isoformat() if applicant.birth_date else None,
        "postal_code": applicant.postal_code,
        "address": applicant.address,
        "phone": applicant.phone,
        "email": applicant.email,
        "preferences": list(applicant.preferences),
        "group": applicant.group,
    }


def _summary(report: ImportReport, dry_run: bool) -> str:
    lines = [
        f"{report.file}（{report.encoding}）{' 試し' if dry_run else ''}: "
        f"受付 {report.accepted}  保留 {report.held}  取込済み {report.already}  変更 {report.changed}"
    ]
    if report.dropped_columns:
        lines.append("  取り込まなかった列: " + "、".join(report.dropped_columns))
    for row in report.rows:
        if row.outcome == "held":
            words = "、".join(PROBLEM_WORDS[problem] for problem in row.problems)
            lines.append(f"  {row.row}行目 受付番号{row.number:04} 保留: {words}")
    return "\n".join(lines)


@app.command()
def add(
    kana: Annotated[str, typer.Option(help="カナ氏名（ひらがな・半角でもよい）")],
    birth_date: Annotated[str, typer.Option(help="生年月日（S25.3.4、250304 など）")],
    address: Annotated[str, typer.Option(help="住所")],
    phone: Annotated[str, typer.Option(help="電話番号")],
    preferences: Annotated[str, typer.Option(help="希望の回（A、C のように希望順）")],
    route: Annotated[Route, typer.Option(help="post 郵送・fax・desk 窓口")] = Route.POST,
    postal_code: Annotated[str, typer.Option(help="郵便番号")] = "",
    email: Annotated[str, typer.Option(help="メールアドレス")] = "",
    group: Annotated[str, typer.Option(help="グループの符号")] = "",
    as_json: Json = False,
) -> None:
    """紙の応募を1件入力する。"""
    remember(as_json)
    fields = {
        Field.KANA: kana, Field.BIRTH_DATE: birth_date, Field.ADDRESS: address, Field.PHONE: phone,
        Field.PREFERENCE: preferences, Field.POSTAL_CODE: postal_code, Field.EMAIL: email, Field.GROUP: group,
    }  # fmt: skip
    with opened() as session:
        application = session.office.intake.add(fields, route)
    _one(application)


@app.command("list")
def list_(
    held: Annotated[bool, typer.Option("--held", help="保留だけ")] = False,
    search: Annotated[str, typer.Option(help="カナ氏名・町名・受付番号・電話の下4桁")] = "",
    as_json: Json = False,
) -> None:
    """応募の一覧（住所・電話・生年月日は示さない）。"""
    remember(as_json)
    which = ListFilter(states=frozenset({State.HELD}) if held else frozenset(State), search=search)
    with opened() as session:
        rows = session.office.intake.page(which, 0, session.office.intake.count(which))
    say(
        {
            "applications": [
                {
                    "number": r.number, "kana": r.kana, "age": r.age, "town": r.town, "preferences": list(r.preferences),
                    "route": r.route.value, "state": r.state.value, "problems": [p.value for p in r.problems],
                    "confirmed": r.confirmed, "group": r.group,
                }
                for r in rows
            ]
        },
        lambda: columns(
            [
                (
                    f"{r.number:04}", r.kana, "" if r.age is None else str(r.age), r.town, "・".join(r.preferences),
                    ROUTE_WORDS[r.route], STATE_WORDS[r.state], "、".join(PROBLEM_WORDS[p] for p in r.problems),
                )
                for r in rows
            ]
        ),
    )  # fmt: skip


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """1件を開く（操作ログに残る）。"""
    remember(as_json)
    with opened() as session:
        _one(session.office.intake.open(number))


@app.command()
def edit(
    number: Number,
    change: Annotated[list[str], typer.Option("--set", help="項目=値（例 phone=03-1234-5678）。何度でも")],
    reason: Annotated[str, typer.Option(help="理由の符号")] = "corrected_application",
    as_json: Json = False,
) -> None:
    """応募を訂正する。"""
    remember(as_json)
    fields: dict[Field, str] = {}
    for one in change:
        name, _, value = one.partition("=")
        try:
            fields[Field(name)] = value
        except ValueError as error:
            raise UsageError(
                "知らない項目です", where=name, next_step="項目: " + " ".join(f.value for f in Field)
            ) from error
    with opened() as session:
        _one(session.office.intake.edit(number, fields, reason))


@app.command()
def resolve(
    number: Number,
    accept: Annotated[bool, typer.Option("--accept/--refuse", help="受け付けるか、不受理にするか")],
    reason: Annotated[str, typer.Option(help="理由の符号（ikiiki intake reasons で一覧）")],
    as_json: Json = False,
) -> None:
    """保留の応募を、理由を付けて受け付けるか不受理にする。"""
    remember(as_json)
    with opened() as session:
        _one(session.office.intake.resolve(number, accept, reason))


@app.command()
def reasons(as_json: Json = False) -> None:
    """理由の符号の一覧。"""
    remember(as_json)
    say({"reasons": REASONS}, lambda: columns(list(REASONS.items())))


@app.command()
def withdraw(
    number: Number,
    reason: Annotated[str, typer.Option(help="理由の符号")] = "applicant_request",
    as_json: Json = False,
) -> None:
    """応募を取り下げる（抽選の前）。"""
    remember(as_json)
    with opened() as session:
        _one(session.office.intake.withdraw(number, reason))


@app.command()
def group(
    numbers: Annotated[list[int], typer.Argument(help="一緒に行く人の受付番号")],
    code: Annotated[str, typer.Option(help="グループの符号。空なら解く")] = "",
    as_json: Json = False,
) -> None:
    """別々に届いた応募を、ひとつのグループに結ぶ（または解く）。"""
    remember(as_json)
    with opened() as session:
        made = session.office.intake.link(numbers, code or None)
    say(
        {"numbers": numbers, "group": code or None},
        "、".join(f"{a.number:04} {STATE_WORDS[a.state]}" for a in made),
    )


@app.command()
def send(as_json: Json = False) -> None:
    """③ 変わった応募を区へ送る束にする（運ぶのは sync）。"""
    remember(as_json)
    with opened() as session:
        sent = session.office.records.send()
    say(
        {"bundle": sent.name if sent else None, "applications": sent.counts["applications"] if sent else 0},
        f"束 {sent.name} に {sent.counts['applications']}件。次にすること: ikiiki sync"
        if sent
        else "送るものはありません",
    )


@app.command("hand-over")
def hand_over(
    folder: Annotated[Path, typer.Argument(help="媒体（USBなど）のフォルダ")], as_json: Json = False
) -> None:
    """※ 区の窓口で受けた応募を、暗号化して媒体に書く（区）。"""
    remember(as_json)
    with opened() as session:
        name = session.write_desk_medium(folder)
    say(
        {"bundle": name},
        f"媒体に書きました: {name}.zip と {name}.manifest。施錠した鞄で運んでください"
        if name
        else "渡す応募はありません",
    )


@app.command()
def receive(folder: Annotated[Path, typer.Argument(help="媒体のフォルダ")], as_json: Json = False) -> None:
    """※ 区の窓口から届いた媒体を取り込む（委託先）。"""
    remember(as_json)
    with opened() as session:
        taken = session.read_desk_medium(folder)
    say({"bundles": taken}, f"取り込みました: {'、'.join(taken)}" if taken else "新しいものはありません")


def _one(application: Application) -> None:
    if application.state is State.HELD:
        note("保留: " + "、".join(PROBLEM_WORDS[problem] for problem in application.problems))
    a = application.applicant
    say(
        {
            "number": application.number, "record": application.record, "state": application.state.value,
            "route": application.route.value, "version": application.version, "reason": application.reason,
            "problems": [problem.value for problem in application.problems],
            "warnings": [warning.value for warning in application.warnings], "applicant": _applicant(a),
        },
        lambda: columns(
            [
                ("受付番号", f"{application.number:04}"), ("状態", STATE_WORDS[application.state]),
                ("経路", ROUTE_WORDS[application.route]), ("カナ氏名", a.kana),
                ("生年月日", a.birth_date.isoformat() if a.birth_date else ""), ("住所", f"〒{a.postal_code} {a.address}"),
                ("電話番号", a.phone), ("メール", a.email or ""), ("希望", "・".join(a.preferences)), ("グループ", a.group or ""),
            ]
        ),
    )  # fmt: skip
