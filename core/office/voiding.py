"""Voiding a bundle that the other site has set aside: the sender's half (docs/exchange.md, "A bundle that is refused").

With it goes all that was sealed behind it in its channel: that follows from it, and was not taken in either. What they
carried counts as unsent again, kind by kind, and goes with the next bundle of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.listing import VOID, write_listing
from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.asides import STAYING, from_there_on, stays, told_aside, waiting_for_void
from core.office.counter import take_back as take_back_counter
from core.office.desk import Desk
from core.office.envelope import KIND_WORDS, Sent
from core.office.exchange import Exchange
from core.office.fates import Fate
from core.office.keyring import epoch_of
from core.office.ledger import write_line
from core.office.participants import Participants
from core.office.plans import done_draws
from core.office.ports import BundleRow, Tx
from core.office.rules import seal_programme
from core.office.steps_again import seal_step, steps_of
from core.office.taken import taken_up_to
from core.roles import Right, Site


class Voiding:
    """The use case of 束を取り消す and `ikiiki bundle void`."""

    def __init__(self, desk: Desk, exchange: Exchange, participants: Participants) -> None:
        self._desk, self._exchange, self._participants = desk, exchange, participants

    def void(self, name: str, *, by_phone: bool = False) -> Sent:
        """Take back our bundle `name` and all behind it in its channel; the void that says so waits in the outbox.

        `by_phone`: the partner's ledger does not tell of it yet and cannot, since its channel is stopped here as well;
        people have told each other. Raises `UsageError` for no bundle of ours, `Refused` when the partner has not set it
        aside, has taken it in, or something among them cannot be sent anew; `IntegrityFailure` when it set aside other bytes.
        """
        with self._desk.writing(Right.VOID) as tx:
            row, bundle = self._ours(tx, name)
            self._need_aside(tx, row, bundle, by_phone)
            tail = from_there_on(tx, row)
            self._need_repeatable(tx, row, tail)
            for one in tail:
                tx.fates.add(Fate(one.name, "out", True, one.manifest_sha256, self._desk.now()))
            write_line(
                self._desk, tx, Act.VOID, Content.BUNDLE, len(tail), Unit.FILES,
                medium=Medium.PHONE if by_phone else Medium.NONE, ref=f"bundle:{name}",
            )  # fmt: skip
            again = take_back(tx, tail)
            sent = self._exchange.seal(
                tx, "void", {VOID: write_listing((one.name, one.manifest_sha256) for one in tail)},
                {"bundles": len(tail)}, channel=row.channel,
            )  # fmt: skip
            site = self._desk.actor.site
            steps = steps_of(tx, site, tail)
            if steps and site is Site.CONTRACTOR:
                seal_programme(tx, self._exchange)  # the ward judges a draw by the programme it holds
            for draw, files in steps:
                seal_step(tx, self._exchange, draw, files)
            if any(one.kind == "epoch" for one in tail):
                self._exchange.offer(tx)
            if again:
                self._participants.seal_late(tx)
            self._desk.log(tx, "void", f"{name} n={len(tail)}")
        self._exchange.flush()
        return sent

    def _ours(self, tx: Tx, name: str) -> tuple[BundleRow, BundleName]:
        row, bundle = tx.bundles.get(name), bundle_name(name)
        if row is None or bundle is None or row.direction != "out":
            raise UsageError(
                "こちらが送った束ではありません", where=name[:40],
                next_step="ikiiki bundle status で番号を確かめてください",
            )  # fmt: skip
        if tx.fates.get(name) is not None:
            raise Refused("この束は、すでに取り消しています", where=name, next_step="送受信をしてください")
        return row, bundle

    def _need_aside(self, tx: Tx, row: BundleRow, bundle: BundleName, by_phone: bool) -> None:
        """Only what the partner has set aside can be voided: it would take in the bundle, and refuse the void."""
        site = self._desk.actor.site
        if row.seq <= taken_up_to(tx, site).get((row.channel, row.epoch), 0):
            raise Refused("相手はこの束をすでに取り込んでいます", where=row.name)
        told = told_aside(tx, site, bundle)
        if any(one.manifest_sha256 != row.manifest_sha256 for one in told):
            raise IntegrityFailure(
                "相手が外した束は、こちらが送ったものと中身が違います。取り消していません",
                where=row.name,
                next_step="送受信を止めて証拠を残し、両者の取扱責任者で確かめてください",
            )
        if not told and not (by_phone and waiting_for_void(tx)):
            raise Refused(
                "相手はこの束を外していません。外した知らせが届いてから取り消します",
                where=row.name,
                next_step="相手の取扱責任者に「束を外す」を頼み、両者で送受信をしてください。"
                "両方の向きが止まっているときだけ、電話で確かめて進められます（--by-phone）",
            )

    def _need_repeatable(self, tx: Tx, row: BundleRow, tail: Sequence[BundleRow]) -> None:
        for one in tail:
            if stays(one):
                raise Refused(
                    f"{KIND_WORDS[one.kind]}の束が含まれるため、取り消せません", where=one.name,
                    next_step=STAYING[one.kind],
                )  # fmt: skip
        if row.epoch != epoch_of(tx):
            raise Refused(
                "鍵を替える前の束は取り消せません", where=row.name,
                next_step="両者の取扱責任者と保守担当で、証拠を残して話し合ってください",
            )  # fmt: skip


def take_back(tx: Tx, tail: Sequence[BundleRow]) -> bool:
    """What these carried counts as unsent again; they must be void. Whether ⑦ is among it, which may have to go at once."""
    names, kinds = [one.name for one in tail], {one.kind for one in tail}
    if "programme" in kinds:
        tx.settings.put("programme_sent", "")
    if "applicants" in kinds:
        tx.applications.take_back(names)
    if "review" in kinds:
        tx.reviews.take_back(names)
    if "desk" in kinds:
        take_back_counter(tx, names)
    for draw in done_draws(tx):
        if "participants" in kinds:
            tx.settings.put(f"participants_sent_{draw}", "")
        if "approval" in kinds and (tx.settings.get(f"approval_in_{draw}") or names[0]) in names:
            tx.settings.put(f"approval_{draw}", "")
        if "receipt" in kinds:
            tx.settings.put(f"head_told_{draw}", "")
    return "participants" in kinds
