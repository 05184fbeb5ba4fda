"""`ikiiki staff`: who may log in."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import password
from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.roles import ROLE_WORDS, Role

app = typer.Typer(no_args_is_help=True, help="取扱者の登録")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """登録されている（いた）人の一覧。"""
    remember(as_json)
    with opened() as session:
        rows, told = session.office.staff.list(), session.fingerprint
    say(
        {
            "fingerprint": told,
            "staff": [
                {"id": r.staff_id, "name": r.name, "role": r.role.value, "since": r.since.isoformat(), "until": r.until.isoformat() if r.until else None}
                for r in rows
            ]
        },
        lambda: columns(
            [(r.staff_id, r.name, ROLE_WORDS[r.role], r.since.date().isoformat(), "取消し済み" if r.until else "") for r in rows]
        ) + f"\n\n鍵の指紋  {told}",
    )  # fmt: skip


@app.command()
def add(
    staff_id: Annotated[str, typer.Argument(help="職員ID（半角英数字）")],
    name: Annotated[str, typer.Option(help="氏名")],
    role: Annotated[Role, typer.Option(help="manager 取扱責任者・handler 取扱者・auditor 監査")],
    as_json: Json = False,
) -> None:
    """人を登録する。はじめのパスワードは IKIIKI_NEW_PASSWORD_FILE のファイルか端末から。本人がはじめのログインで変える。"""
    remember(as_json)
    from core.office.staff import NewPerson

    with opened() as session:
        secret = password("新しい人のはじめのパスワード", "IKIIKI_NEW_PASSWORD_FILE", twice=True)
        session.office.staff.add(NewPerson(staff_id, name, role, secret))
    say(
        {"added": staff_id},
        f"登録しました: {staff_id}（{ROLE_WORDS[role]}）。パスワードは、はじめのログインで本人が変えます",
    )


@app.command()
def revoke(staff_id: Annotated[str, typer.Argument(help="職員ID")], as_json: Json = False) -> None:
    """人の登録を取り消し、保管庫の鍵を替える。"""
    remember(as_json)
    with opened() as session:
        session.office.staff.revoke(staff_id)
    say({"revoked": staff_id}, f"取り消し、保管庫の鍵を替えました: {staff_id}")


@app.command()
def reset(
    staff_id: Annotated[str, typer.Argument(help="パスワードを忘れた人の職員ID")], as_json: Json = False
) -> None:
    """ほかの人のパスワードを再設定する。新しいパスワードは IKIIKI_NEW_PASSWORD_FILE のファイルか端末から。本人が次のログインで変える。"""
    remember(as_json)
    with opened() as session:
        secret = password("次のログインのためのパスワード", "IKIIKI_NEW_PASSWORD_FILE", twice=True)
        session.office.staff.reset(staff_id, secret)
    say(
        {"reset": staff_id},
        f"再設定しました: {staff_id}。パスワードは、次のログインで本人が変えます。署名の鍵も新しくなりました",
    )


@app.command()
def phrase(as_json: Json = False) -> None:
    """推測されない合言葉を1つつくる（保管庫は開かない）。つくったものはどこにも残らない。"""
    remember(as_json)
    import os

    from core.passwords.phrase import BITS, make_phrase

    made = make_phrase(os.urandom)
    say({"phrase": made, "bits": BITS}, made)


@app.command("password")
def password_(as_json: Json = False) -> None:
    """自分のパスワードを変える。推測されやすいものは断る。合言葉は ikiiki staff phrase でつくれる。"""
    remember(as_json)
    with opened(choosing=True) as session:
        old = password("今のパスワード")
        new = password("新しいパスワード", "IKIIKI_NEW_PASSWORD_FILE", twice=True)
        session.office.staff.change_password(old, new)
    say({"changed": True}, "パスワードを変えました")
