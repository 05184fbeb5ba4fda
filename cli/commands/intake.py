"""`ikiiki intake`: applications ①–③, and the ward's counter ※."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.applications import applicant_document, tell_changed, tell_one
from cli.command_vault import opened
from cli.commands import intake_list, intake_settle
from cli.options import Json, remember
from cli.saying import note, say
from core.applicant import PROBLEM_WORDS, Route
from core.choosing import one_of
from core.errors import IkiikiError, UsageError

if TYPE_CHECKING:
    from core.office.importing import ImportReport

app = typer.Typer(no_args_is_help=True, help="応募の受付")
Number = Annotated[int, typer.Argument(help="受付番号")]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV・TSV・XLSX のファイル")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="どうなるかを示すだけで、何も取り込まない（操作ログに残る）")
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
        summaries: list[str] = []
        documents: list[dict[str, Any]] = []

        def take_in(file: Path) -> None:
            table = session.read_table(file, told)
            report = session.office.importing.import_table(table, told, source=source, dry_run=dry_run)
            summaries.append(_summary(report, dry_run))
            if as_json:
                documents.append(_report(report))

        if len(files) > 1:  # none is taken in before all can be read; one is held at a time
            for file in files:
                session.read_table(file, told)
        try:
            for file in files:
                take_in(file)
        except IkiikiError:
            for summary in summaries:  # each file is a whole by itself: those before the bad one stay
                note(summary)
            raise
    say({"files": documents}, lambda: "\n".join(summaries))


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
                "applicant": applicant_document(row.applicant),
            }
            for row in report.rows
        ],
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
    group: Annotated[
        str,
        typer.Option(help="グループの符号。なければ人数（3人）か、相手のカナ氏名（さがすだけで、残さない）"),
    ] = "",
    together: Annotated[
        list[int] | None, typer.Option("--with", help="同じ組にする応募の受付番号。何度でも")
    ] = None,
    as_json: Json = False,
) -> None:
    """紙の応募を1件入力する。"""
    remember(as_json)
    from core.people.fields import Field

    fields = {
        Field.KANA: kana, Field.BIRTH_DATE: birth_date, Field.ADDRESS: address, Field.PHONE: phone,
        Field.PREFERENCE: preferences, Field.POSTAL_CODE: postal_code, Field.EMAIL: email, Field.GROUP: group,
    }  # fmt: skip
    with opened() as session:
        intake = session.office.intake
        proposed = () if together else intake.check(fields).companions
        application = intake.add(fields, route, together or ())
    tied = application.applicant.group
    tell_one(application, [one for one in proposed if tied is None or one.group != tied])


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """1件を開く（操作ログに残る）。"""
    remember(as_json)
    with opened() as session:
        tell_one(session.office.intake.open(number))


@app.command()
def edit(
    number: Number,
    change: Annotated[list[str], typer.Option("--set", help="項目=値（例 phone=03-1234-5678）。何度でも")],
    reason: Annotated[
        str, typer.Option(help="理由の符号（ikiiki intake reasons で一覧）")
    ] = "corrected_application",
    seen: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="intake show で見たときの「版」。そのあとにほかの人が直していれば、断る",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """応募を訂正する。住所や電話は示さない（見るのは show）。"""
    remember(as_json)
    from core.office.corrections import ChangedMeanwhile
    from core.people.fields import FIELD_WORDS, Field

    fields: dict[Field, str] = {}
    for one in change:
        name, _, value = one.partition("=")
        try:
            fields[Field(name)] = value
        except ValueError as error:
            raise UsageError(
                "知らない項目です", where=name, next_step=one_of(FIELD_WORDS, lead="使える項目")
            ) from error
    with opened() as session:
        try:
            made = session.office.intake.edit(number, fields, reason, seen=seen)
        except ChangedMeanwhile as meanwhile:
            meanwhile.next_step = f"ikiiki intake show {number} で見比べてから、--seen {meanwhile.current.version} を付けて、もう一度訂正してください"
            raise
    tell_changed(made)


@app.command()
def withdraw(
    number: Number,
    reason: Annotated[
        str, typer.Option(help="理由の符号（ikiiki intake reasons で一覧）")
    ] = "applicant_request",
    as_json: Json = False,
) -> None:
    """応募を取り下げる（抽選の前）。"""
    remember(as_json)
    with opened() as session:
        tell_changed(session.office.intake.withdraw(number, reason))


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


intake_list.register(app)
intake_settle.register(app)
