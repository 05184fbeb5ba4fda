"""What only an open vault knows about its own health: ages of keys, the partner, the ledger, the last backup, the end."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

from core.checks import Check, failed, passed, unknown
from core.exchange.card import PartnerCard, read_card
from core.ledger.codes import Act
from core.office.acts import lines_of
from core.office.desk import Desk, programme_of
from core.office.duties import BACKUP_DUE
from core.office.keyring import own_card
from core.office.ledger import LedgerDesk
from core.office.ports import Tx
from core.office.staff import once_each
from core.office.uncopied import uncopied_keys
from core.office.unsettled import restored_of
from core.roles import SITE_WORDS, Right

OLDEST = 400
"""Days after which a key is due: a programme lasts a fiscal year, and each begins with new keys."""


class Checkup:
    """The use case behind `ikiiki doctor --staff …`. Everybody who may read may ask."""

    def __init__(self, desk: Desk, ledger: LedgerDesk) -> None:
        self._desk, self._ledger = desk, ledger

    def checks(self) -> list[Check]:
        """In the order they are shown."""
        today = self._desk.now().date()
        with self._desk.reading(Right.READ) as tx:
            own = read_card(own_card(tx))
            text = tx.settings.get("partner_card")
            partner = read_card(text.encode()) if text is not None else None
            found = [
                _key("vault.own_key", "この拠点の鍵", own, today),
                *_partner(own, partner, today),
                self._staff(tx, today),
                self._backup(tx, today),
                *_restored(tx),
                self._end(tx, today),
                self._clock(tx),
            ]
        return [*found, self._ledgers()]

    def _staff(self, tx: Tx, today: dt.date) -> Check:
        since = min(row.since.date() for row in once_each(tx.staff.list()) if row.until is None)
        days = (today - since).days
        if days > OLDEST:
            return failed(
                "vault.staff_keys", "職員の鍵", f"{OLDEST}日より古い鍵があります（{since}から）",
                "取扱者名簿を見直し、その職員を登録し直してください",
            )  # fmt: skip
        return passed("vault.staff_keys", "職員の鍵", f"一番古いもので{days}日")

    def _backup(self, tx: Tx, today: dt.date) -> Check:
        name, title, step = (
            "vault.backup",
            "最後の控え",
            "F5 の「控えを取る」か ikiiki backup で取ってください",
        )
        taken = [line.at for line in lines_of(tx, self._desk.actor.site, Act.BACKUP)]
        if not taken:
            return unknown(
                name, title, f"管理簿に「{_BACKUP}」の記録がありません。ほかの方法の控えは見えません", step
            )
        last = dt.datetime.fromisoformat(taken[-1]).date()
        days = (today - last).days
        if since := uncopied_keys(tx, self._desk.actor.site):
            return failed(name, title, f"{last}。{since}に鍵を替えてから、取っていません", step)
        if days > BACKUP_DUE:
            return failed(name, title, f"{last}。{days}日たっています", "控えを取ってください")
        return passed(name, title, f"{last}（{days}日前）")

    def _end(self, tx: Tx, today: dt.date) -> Check:
        name, title = "vault.retention", "消去の期限"
        if self._desk.actor.erased:
            return passed(name, title, "消去済みです")
        if tx.settings.get("programme") is None:
            return unknown(name, title, "事業の設定がまだ届いていません", "ikiiki sync で受け取ってください")
        end = programme_of(tx).retention_end
        if today > end:
            return failed(name, title, f"{end} を過ぎています", "すべての写しを消去し、報告してください")
        return passed(name, title, f"{end} まで")

    def _clock(self, tx: Tx) -> Check:
        """Lines bear the moment this machine's clock told; their order is the chain's, whatever the clock did."""
        name, title = "vault.clock", "時計と管理簿"
        told = _AT.findall(b"".join(tx.ledger.lines(self._desk.actor.site)))
        moments = [dt.datetime.fromisoformat(one.decode("ascii")) for one in told]
        now = self._desk.now()
        if moments and max(moments) - now > SLACK:
            return failed(
                name, title, f"いまの時計（{now:%Y-%m-%d %H:%M}）が、管理簿の行（{max(moments):%Y-%m-%d %H:%M}）より前です",
                "時計を合わせてください（NTP）。それまでに記録した行の日時は正しくありません",
            )  # fmt: skip
        back = [seq for seq, (one, after) in enumerate(pairwise(moments), start=2) if one - after > SLACK]
        if back:
            rest = f" ほか{len(back) - 1}か所" if len(back) > 1 else ""
            return unknown(
                name, title, f"管理簿の{back[0]}行目で時計が戻っています{rest}",
                "行の順は正しく、日時が正しくありません。取扱責任者が理由を確かめ、書面に残してください",
            )  # fmt: skip
        return passed(name, title, "管理簿の行の日時は、順に進んでいます")

    def _ledgers(self) -> Check:
        wrong = [one for one in self._ledger.verify() if one.chain]
        if wrong:
            said = "、".join(SITE_WORDS[one.org] for one in wrong)
            return failed(
                "vault.ledger", "管理簿の検証", f"{said}の管理簿の鎖か署名が合いません",
                "使うのをやめ、保管庫をそのまま残して、取扱責任者に知らせてください", integrity=True,
            )  # fmt: skip
        return passed("vault.ledger", "管理簿の検証", "両拠点の行の鎖と署名が合っています")


SLACK = dt.timedelta(minutes=5)
"""By which a clock may be put right without a word."""
_AT = re.compile(rb'"at":"([0-9T:+-]{25})"')
_BACKUP = "バックアップ"
assert Act.BACKUP.value == "backup"  # looked for in the lines' bytes


def _restored(tx: Tx) -> list[Check]:
    """Of a vault that waits to be compared with the partner; nothing of others."""
    restored = restored_of(tx)
    if restored is None:
        return []
    return [
        failed(
            "vault.restored", "復元のあとの照らし合わせ", f"相手の手もとと、まだ照らしていません（管理簿 {restored.size}行目まで）",
            "相手に電話し、ikiiki ledger settle で照らしてください",
        )
    ]  # fmt: skip


def _partner(own: PartnerCard, partner: PartnerCard | None, today: dt.date) -> list[Check]:
    name, title = "vault.partner", "相手の指紋"
    if partner is None:
        return [
            failed(
                name,
                title,
                "相手がまだ登録されていません",
                "ikiiki partner export と partner trust で登録してください",
            )
        ]
    if partner.epoch != own.epoch:
        said = f"鍵の世代が違います（自分 {own.epoch}、相手 {partner.epoch}）"
        return [failed(name, title, said, "両拠点で、同じ世代の公開鍵を登録し直してください")]
    return [
        passed(name, title, partner.fingerprint),
        _key("vault.partner_key", "相手の鍵", partner, today),
    ]


def _key(name: str, title: str, card: PartnerCard, today: dt.date) -> Check:
    made = dt.datetime.fromisoformat(card.created).date()
    days = (today - made).days
    if days > OLDEST:
        return failed(
            name, title, f"{made} に作られ、{OLDEST}日より古くなっています", "年度の鍵に替えてください"
        )
    return passed(name, title, f"{made} に作られました（{days}日）")
