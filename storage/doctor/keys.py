"""The courier's keys and cards, as they lie in its folder: no password is needed to look."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.checks import Check, failed, passed
from core.errors import IkiikiError, IntegrityFailure
from storage.courier.folder import Folders, read_identity

CREDENTIAL_DUE = 400
"""Days after which the way into Box is due to be made anew: once a fiscal year."""
_SEALED = "box.sealed"


_MENDED = (
    "ログインして ikiiki doctor をもう一度実行してください（鍵カードは保管庫から書き直されます）。それでも直らなければ、"
    "控えから復元するか（ikiiki restore）、鍵を替えてください（ikiiki partner renew）"
)


def _missing(folders: Folders) -> bool:
    """Whether of key and cards only one is there: then it is no new site, but one that lost something."""
    keys = any(folders.courier.glob("key*"))
    return keys is not (folders.courier / "partner.json").exists()


def courier_keys(vault: Path, today: dt.date) -> list[Check]:
    """Its key, both cards, and how old the way into Box is (the age of the file that is written with each credential)."""
    folders = Folders(vault)
    name, title = "keys.courier", "通信係の鍵"
    checks = []
    try:
        identity = read_identity(folders)
    except IkiikiError as error:
        altered = isinstance(error, IntegrityFailure)
        next_step = _MENDED if altered or _missing(folders) else error.next_step
        said = f"{error.what}（{error.where}）"
        checks.append(failed(name, title, said, next_step, integrity=altered))
    else:
        made = dt.datetime.fromisoformat(identity.own.created).date()
        checks.append(passed(name, title, f"{made} の鍵カード（世代 {identity.epoch}）と合っています"))
        checks.append(passed("keys.partner", "通信係が信じる相手の指紋", identity.partner.fingerprint))
    try:
        written = (folders.courier / _SEALED).stat().st_mtime
    except FileNotFoundError:
        return checks
    made = dt.datetime.fromtimestamp(written).astimezone().date()
    days = (today - made).days
    name, title = "keys.credential", "Boxの資格情報の古さ"
    if days > CREDENTIAL_DUE:
        step = "Boxで秘密を作り直し、ikiiki courier box をやり直してください"
        return [*checks, failed(name, title, f"{made} に作られ、{days}日たっています", step)]
    return [*checks, passed(name, title, f"{made} に作られました（{days}日）")]
