"""What this site gives back to a partner that was restored from a backup: all that it holds and the partner has lost.

No ledger is ever made shorter. The site that has seen more holds every line it was told, every bundle it was sent and what
opened them: it is the backup of what the backup lacks (docs/exchange.md, "After a restore").
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.errors import Refused
from core.exchange.handback import CHECKPOINT, HALF, LINES, ROSTERS, Returned, Stand
from core.exchange.names import MANIFEST, ZIP, BundleName, bundle_name
from core.ledger.checkpoint import epoch_named, read_checkpoint
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine, read_line
from core.office.asides import waiting_for_void
from core.office.boxes import Boxes
from core.office.carried import tell_soon
from core.office.desk import Desk
from core.office.envelope import Sealer, place
from core.office.epochs import ended_list
from core.office.keyring import Ring, cards_of, need_partner, rings_of, rosters_of
from core.office.ledger import write_line
from core.office.ports import BundleRow, Tx
from core.office.turn import is_behind
from core.office.unsettled import SHORTEST_HEAD, head_at, need_settled, other_history, spoken
from core.roles import SITE_WORDS, Right, Site


@dataclass(frozen=True)
class HandedBack:
    """A file for the partner, and what people read to each other with it."""

    data: bytes
    lines: int
    """Of the partner's ledger that it has lost."""
    bundles: int
    """Of the partner's own that it has lost."""
    size: int
    """Lines of its ledger that are here."""
    head: str
    """The last one's hash."""


class HandingBack:
    """The use case of `ikiiki ledger hand-back`."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer) -> None:
        self._desk, self._boxes, self._sealer = desk, boxes, sealer

    def hand_back(self, size: int, head: str) -> HandedBack:
        """For a partner whose backup ends with line `size` of its ledger, hashing to `head` (or its beginning).

        Noted in this site's ledger. Of what was set aside here and is not void only the number goes back, and of what waits behind it.
        Raises `Refused` when the partner has lost nothing that is here, when something of its is still to be taken in, or when it
        lost a change of keys; `IntegrityFailure` for another history.
        """
        asked = spoken(size, head)
        with self._desk.writing(Right.RESTORE) as tx:
            need_settled(tx)
            need_partner(tx)
            untaken = self._untaken(tx)
            org = self._desk.actor.site.other
            held, last = tx.ledger.size(org), tx.ledger.head(org)
            if asked.size >= held and not untaken:
                raise Refused(
                    f"相手の控えは、こちらの持つ{SITE_WORDS[org]}の管理簿（{held}行）より前ではありません",
                    where=f"相手 {asked.size}行",
                    next_step=f"返すものはありません。相手で ikiiki ledger settle {held} {last[:SHORTEST_HEAD]} をしてください",
                )
            begin = min(asked.size, held)
            since = head_at(tx.ledger, org, begin)
            if asked.size <= held and not asked.fits(since):
                raise other_history(asked.size)
            lines = [read_line(raw, name=LINES)[1] for raw in tx.ledger.lines(org)]
            ring = self._ring(tx, lines[begin:], untaken)
            theirs = _lost(tx.bundles.list("in"), _sent(lines[:begin]), org)
            ours = _lost(tx.bundles.list("out"), _taken(lines[:begin]), org.other)
            void = {fate.name for fate in tx.fates.list("out") if fate.void}
            ours = [row for row in ours if row.name not in void and tx.bundles.content(row.name)[0]]
            returned = Returned(
                org, ring.partner.vault_id, ring.epoch, Stand(begin, since), Stand(held, last)
            )
            assert ring.signing is not None and ring.opening is not None, "kept while the partner seals in it"
            entries = {
                LINES: b"".join(tx.ledger.lines(org, begin)),
                ROSTERS: b"".join(rosters_of(tx, org).values()),
                CHECKPOINT: _newest_checkpoint(tx, org),
            }
            entries |= {f"{name}{MANIFEST}": manifest for name, manifest in untaken.items()}
            for row in (*theirs, *ours):
                entries[row.name + ZIP], entries[row.name + MANIFEST] = tx.bundles.content(row.name)
            for row in theirs:
                entries[row.name + HALF] = self._sealer.half(
                    entries[row.name + MANIFEST], name=row.name, opening=ring.opening, partner=ring.partner
                )
            data = self._sealer.hand_back(returned, entries, signing=ring.signing, partner=ring.partner)
            site = self._desk.actor.site
            write_line(
                self._desk, tx, Act.HAND_BACK, Content.LEDGER, held - begin, Unit.LINES, medium=Medium.FILE,
                from_=place(site), to=place(org), ref=f"sha256:{sha256_hex(data)}",
            )  # fmt: skip
            tell_soon(tx)
            self._desk.log(tx, "hand_back", f"lines={held - begin} bundles={len(theirs)}")
        return HandedBack(data, held - begin, len(theirs), held, last)

    def told(self) -> tuple[int, str]:
        """What this site holds of the partner's ledger, to be read out to it: lines, and the last line's hash.

        Raises `Refused` while something of the partner's waits to be taken in, or lies aside and is not void: went the partner on
        from what it holds then, it would seal other bundles under numbers that are taken.
        """
        with self._desk.reading(Right.LEDGER_READ) as tx:
            org = self._desk.actor.site.other
            if untaken := self._untaken(tx):
                raise Refused(
                    "外した束があり、相手はまだ取り消していません。行数だけでは続けられません",
                    where=next(iter(untaken)),
                    next_step="相手の控えの行数と符号を聞き、ikiiki ledger hand-back でファイルを書き出して渡してください",
                )
            return tx.ledger.size(org), tx.ledger.head(org)

    def _untaken(self, tx: Tx) -> dict[str, bytes]:
        """Of the partner's, by name, the manifests of those set aside here and not void, and of those that wait behind them.

        Raises `Refused` while anything else waits to be taken in, or where one is kept no more.
        """
        aside = waiting_for_void(tx)
        found = {
            str(one): self._boxes.manifest_aside(str(one), fate.manifest_sha256)
            for one in aside
            if ended_list(tx, one.epoch) is None  # nothing more is sealed in an epoch that has ended
            and (fate := tx.fates.get(str(one))) is not None
        }
        for name in self._boxes.waiting_in():
            bundle = bundle_name(name)
            assert bundle is not None, "names of the inbox"
            if not any(is_behind(bundle, one) or _follows(bundle, one) for one in aside):
                raise Refused(
                    "届いて待っている束があります",
                    where=name,
                    next_step="先に送受信で取り込み、取り込めない束は外して（F6 の「束を外す」）から、もう一度行ってください",
                )
            if ended_list(tx, bundle.epoch) is None:
                found[name] = self._boxes.read_in(name)[1]
        gone = [name for name, manifest in found.items() if manifest is None]
        if gone:
            raise Refused(
                "外した束の送り状が、証拠（courier/evidence）にありません", where=gone[0],
                next_step="証拠をもとの場所に戻すか、両拠点の取扱責任者と保守担当で話し合ってください",
            )  # fmt: skip
        return {name: manifest for name, manifest in sorted(found.items()) if manifest is not None}

    def _ring(self, tx: Tx, lost: Sequence[LedgerLine], untaken: Collection[str]) -> Ring:
        """The keys that the partner's backup has. Raises `Refused` where those it seals with are in no backup."""
        if any(
            line.act is Act.EPOCH or (line.act, line.content) == (Act.SEND, Content.KEYS) for line in lost
        ):
            raise Refused(
                "相手は控えのあとに鍵を替えています。新しい鍵は控えになく、だれにも取り戻せません",
                where=f"{SITE_WORDS[self._desk.actor.site.other]}の管理簿",
                next_step="鍵を替えたあとに取った控えを探してください。なければ両拠点の取扱責任者で、この拠点の記録をもとに続け方を決めてください",
            )
        sealed = [row.epoch for row in tx.bundles.list("in")]
        sealed += [bundle.epoch for name in untaken if (bundle := bundle_name(name)) is not None]
        ring = rings_of(tx).get(max(sealed, default=0))
        if ring is None or ring.opening is None or ring.signing is None:
            raise Refused(
                "相手の控えの世代の鍵が、もうここにありません",
                next_step="両拠点の取扱責任者で続け方を決めてください",
            )
        return ring


def _follows(bundle: BundleName, one: BundleName) -> bool:
    """Whether a bundle waits for `one` of an earlier epoch."""
    return bundle.channel is one.channel and bundle.epoch > one.epoch


def _newest_checkpoint(tx: Tx, org: Site) -> bytes:
    """The partner's last signed word on how its ledger stands: it says itself that it had come so far."""
    keys = {card.epoch: card.signing for card in cards_of(tx, org)}
    known = [read_checkpoint(data, keys[epoch_named(data)]) for data in tx.ledger.checkpoints(org)]
    return max(known, key=lambda one: (one.epoch, one.size)).data if known else b""


def _sent(lines: Sequence[LedgerLine]) -> dict[tuple[str, int], int]:
    """By channel and epoch, the last bundle that these lines tell to have been sealed."""
    return _last(lines, Act.SEND)


def _taken(lines: Sequence[LedgerLine]) -> dict[tuple[str, int], int]:
    """By channel and epoch, the last bundle that these lines tell to have been taken in."""
    return _last(lines, Act.RECEIVE)


def _last(lines: Sequence[LedgerLine], act: Act) -> dict[tuple[str, int], int]:
    last: dict[tuple[str, int], int] = {}
    for line in lines:
        name = bundle_name(line.ref.removeprefix("bundle:")) if line.act is act else None
        if name is not None:
            last[name.channel.value, name.epoch] = name.seq  # in order
    return last


def _lost(rows: Sequence[BundleRow], known: dict[tuple[str, int], int], sender: Site) -> list[BundleRow]:
    """Those behind what the partner's lines tell. Of receipts no line tells: some of these it may have, and passes over."""
    return [
        row
        for row in rows
        if row.seq > known.get((row.channel, row.epoch), 0) and _named(row).channel.sender is sender
    ]


def _named(row: BundleRow) -> BundleName:
    name = bundle_name(row.name)
    assert name is not None, "checked when it was stored"
    return name
