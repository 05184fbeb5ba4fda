"""`ikiiki papers`: the notices ⑪, on paper and by mail; the registers and reports are in `cli.commands.register_papers`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.asking import password
from cli.command_vault import opened
from cli.commands import register_papers
from cli.options import Json, remember
from cli.progress import progress_line
from cli.saying import note, say
from core.errors import UsageError
from core.notice_kinds import FORM_WORDS, Form, NoticeKind

if TYPE_CHECKING:
    from core.office.mailing import MailStatus
    from core.office.notices import NoticeItem

app = typer.Typer(no_args_is_help=True, help="通知などの紙とメール")
As = Annotated[Form, typer.Option("--as", help="postcard はがき、letter 窓付き封筒に入れるA4の手紙")]
Number = Annotated[int, typer.Argument(help="受付番号", min=1)]


@app.command()
def notices(
    file: Annotated[Path, typer.Argument(help="書き出すPDF")],
    form: As = Form.POSTCARD,
    everybody: Annotated[bool, typer.Option("--all", help="発送済みの人の分も")] = False,
    only: Annotated[str, typer.Option("--only", help="この受付番号だけ。例 12,34-40")] = "",
    but: Annotated[str, typer.Option("--except", help="この受付番号を除く。例 12,34-40")] = "",
    as_json: Json = False,
) -> None:
    """⑪ 参加証・落選通知などを、はがきか封書のPDFにする（区の承認⑩のあと）。"""
    remember(as_json)
    if form is Form.MAIL:
        raise UsageError(
            "メールはPDFにしません", where="--as", next_step="ikiiki papers mail を使ってください"
        )
    chosen, left_out = _numbers(only, "--only"), _numbers(but, "--except")
    with opened() as session:
        items = [
            item
            for item in session.office.notices.prepare(only_unsent=not everybody)
            if (not only or int(item.notice.number) in chosen) and int(item.notice.number) not in left_out
        ]
        written = session.write_notices(file, items, form)
        unguided = session.office.notices.unguided(items)
        status = session.office.mailing.status()
    if unguided:
        note(
            f"回 {'・'.join(unguided)} は、集合の場所と時間が入っていません。書くには: ikiiki papers wording フォルダ"
        )
    if status.doubtful:
        note(
            f"メールが届いたか分からない人が {len(status.doubtful)}人います。この紙には入れていません: ikiiki papers mail --status"
        )
    if status.due and not everybody:
        note(
            f"うち {status.due}人はメールアドレスがあります。メールで送るなら、紙より先に: ikiiki papers mail"
        )
    say(
        {"file": str(file), "files": [str(path) for path in written], **_counts(items)},
        f"書き出しました: {'、'.join(map(str, written))}  {_words(items)}（{FORM_WORDS[form]}）\n"
        "発送したら: ikiiki papers dispatch",
    )


@app.command()
def dispatch(as_json: Json = False) -> None:
    """PDFにしてまだ発送していない通知を、すべて発送したと記録する。"""
    remember(as_json)
    with opened() as session:
        batch, items = session.office.notices.posted()
    say(
        {"batch": batch, "notices": len(items)},
        f"{len(items)}通の発送を記録しました"
        if items
        else "発送するものはありません（先に ikiiki papers notices でPDFにします）",
    )


@app.command()
def reprint(
    number: Number,
    file: Annotated[Path, typer.Argument(help="書き出すPDF")],
    form: As = Form.POSTCARD,
    as_json: Json = False,
) -> None:
    """1人分の通知を、いまの内容でもう一度PDFにする。"""
    remember(as_json)
    if form is Form.MAIL:
        raise UsageError(
            "メールはPDFにしません", where="--as", next_step="postcard か letter を選んでください"
        )
    with opened() as session:
        items = session.office.notices.one(number)
        session.write_notices(file, items, form, again=True)
    unsent = sum(not item.sent for item in items)
    say(
        {"file": str(file), **_counts(items), "unsent": unsent},
        f"書き出しました: {file}  {_words(items)}（{FORM_WORDS[form]}）"
        + ("\n発送したら: ikiiki papers dispatch" if unsent else ""),
    )


@app.command()
def wording(
    folder: Annotated[Path, typer.Argument(help="言葉のファイルを置くフォルダ")],
    take: Annotated[bool, typer.Option("--take", help="書き直したファイルを取り込む")] = False,
    as_json: Json = False,
) -> None:
    """通知の言葉と、回ごとの集合・持ち物を、ふつうのテキストファイルに書き出す。--take で取り込む。"""
    remember(as_json)
    with opened() as session:
        if take:
            changed = session.read_wording(folder)
            say(
                {"changed": changed},
                f"取り込みました: {'、'.join(changed)}"
                if changed
                else "いまの言葉と同じです。何も変わりません",
            )
            return
        written = session.write_wording(folder)
    say(
        {"files": [str(path) for path in written]},
        f"{folder} に {len(written)}個のファイルを書き出しました。書き直したら: ikiiki papers wording {folder} --take",
    )


@app.command()
def mail(
    status: Annotated[bool, typer.Option("--status", help="送らずに、状況だけを見る")] = False,
    as_json: Json = False,
) -> None:
    """⑪ メールアドレスのある人に、まだ知らせていない通知を1通ずつ送る。途中で止めても、残りから続く。"""
    remember(as_json)
    with opened() as session:
        if status:
            where = session.office.mailing.status()
            say(_document(where), lambda: _status_words(where))
            return
        with progress_line("メールを送っています") as progress:
            report = session.send_mails(progress)
        where = session.office.mailing.status()
    document = {
        "sent": report.sent,
        "later": report.later,
        "refused": report.refused,
        "unclear": report.unclear,
    }
    say(
        {**document, "left": where.due},
        lambda: "\n".join(
            [
                f"送った {report.sent}通・あとで送り直す {report.later}通"
                f"・受け取られない {report.refused}通・届いたか分からない {report.unclear}通",
                _status_words(where),
            ]
        ),
    )


@app.command("mail-settle")
def mail_settle(
    number: Number,
    arrived: Annotated[bool, typer.Option("--arrived", help="届いていた")] = False,
    again: Annotated[bool, typer.Option("--again", help="届いていない。次のときにもう一度送る")] = False,
    paper: Annotated[bool, typer.Option("--paper", help="メールはやめて、紙で送る")] = False,
    as_json: Json = False,
) -> None:
    """届いたか分からないメールを、人が確かめて決める。"""
    remember(as_json)
    from core.office.mails import MailState

    chosen = [
        state
        for state, yes in ((MailState.SENT, arrived), (MailState.AGAIN, again), (MailState.PAPER, paper))
        if yes
    ]
    if len(chosen) != 1:
        raise UsageError("--arrived・--again・--paper のどれか1つを付けてください")
    with opened() as session:
        session.office.mailing.settle(number, chosen[0])
    say({"number": number, "state": chosen[0]}, f"受付番号 {number:04} を記録しました")


@app.command()
def bounced(number: Number, as_json: Json = False) -> None:
    """送った通知が戻ってきた（不着）と記録する。その人はまた「まだ知らせていない人」になり、紙で送る。"""
    remember(as_json)
    with opened() as session:
        forms = session.office.mailing.bounced(number)
    say(
        {"number": number, "forms": [form.value for form in forms]},
        f"受付番号 {number:04} の{'・'.join(FORM_WORDS[form] for form in forms)}の不着を記録しました。次の紙に入ります",
    )


@app.command("mail-server")
def mail_server(
    file: Annotated[Path, typer.Argument(help="サーバの名前などを書いたファイル（TOML）")],
    as_json: Json = False,
) -> None:
    """メールを送るサーバを決める。パスワードは尋ねて、保管庫にしまう。取扱責任者が行う。"""
    remember(as_json)
    from core.mail_settings import MailSettings

    try:
        settings = MailSettings.from_toml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise UsageError("メールの設定のファイルを読めません", where=str(file)) from None
    with opened() as session:
        if settings.login:
            settings = settings.with_password(
                password("メールサーバのパスワード", "IKIIKI_MAIL_PASSWORD_FILE")
            )
        session.office.mailing.set_up(settings)
    say(
        {"host": settings.host, "port": settings.at_port, "tls": settings.tls},
        f"{settings.host}:{settings.at_port}（{settings.tls}）から送ります",
    )


def _numbers(text: str, option: str) -> set[int]:
    """`12,34-40` as numbers."""
    found: set[int] = set()
    for part in text.replace("、", ",").split(",") if text else []:
        match = re.fullmatch(r"\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*", part)
        if not match:
            raise UsageError("受付番号が読めません", where=option, next_step="例: 12,34-40")
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return found


@app.command()
def window(
    left: Annotated[int | None, typer.Option(help="封筒を横にして、左の端から窓まで（mm）")] = None,
    top: Annotated[int | None, typer.Option(help="上の端から窓まで（mm）")] = None,
    as_json: Json = False,
) -> None:
    """封書の宛名を、使う封筒の窓（45×90mm）の位置に合わせる。何も付けなければ、いまの位置。"""
    remember(as_json)
    with opened() as session:
        now = session.office.letter_window.get()
        if left is not None or top is not None:
            now = session.office.letter_window.set(
                now.left if left is None else left, now.top if top is None else top
            )
    say({"left": now.left, "top": now.top}, now.words)


def _counts(items: list[NoticeItem]) -> dict[str, int]:
    return {kind.value: sum(item.notice.kind is kind for item in items) for kind in NoticeKind}


def _words(items: list[NoticeItem]) -> str:
    from core.office.notices import count_words

    return count_words(items)


def _document(status: MailStatus) -> dict[str, object]:
    return {
        "ready": status.ready, "due": status.due, "sent": status.sent, "without": status.without,
        "doubtful": [{"number": line.number, "kind": line.kind, "message_id": line.message_id} for line in status.doubtful],
        "paper": [{"number": line.number, "kind": line.kind, "state": line.state, "code": line.code} for line in status.paper],
    }  # fmt: skip


def _status_words(status: MailStatus) -> str:
    from core.office.mails import STATE_WORDS

    lines = [
        f"メール: 送信済み {status.sent}通・これから送る {status.due}通   アドレスがなく紙で知らせる人 {status.without}人"
    ]
    if not status.ready:
        lines.append("送るサーバがまだ決まっていません: ikiiki papers mail-server 設定ファイル")
    for line in status.doubtful:
        lines.append(f"届いたか分からない  受付番号 {line.number:04}  {line.message_id}")
    if status.doubtful:
        lines.append(
            "サーバの送信記録を上の番号（Message-ID）で確かめて: ikiiki papers mail-settle 受付番号 --arrived（--again、--paper）"
        )
    for line in status.paper:
        code = f"（{line.code}）" if line.code else ""
        lines.append(f"{STATE_WORDS[line.state]}{code}  受付番号 {line.number:04}  → 紙で送ります")
    return "\n".join(lines)


register_papers.register(app)
