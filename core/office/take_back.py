"""Taking back, after a restore, what the partner had seen and the backup lacks: our own lines, bundles and what came of them.

What the partner hands back is held against this site's own signatures, so that nothing in it is other than this site made it:
lines by whoever signed them, bundles by the site key, entries by the zip's hash in the signed manifest, kind and counts by the
line that tells of the sending. It is done once more in the order of the lines, in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.card import read_card
from core.exchange.handback import CHECKPOINT, HALF, LINES, ROSTERS, Returned, split_file
from core.exchange.listing import VOID, read_void
from core.exchange.manifest import Manifest, read_manifest
from core.exchange.names import MANIFEST, ZIP, BundleName, bundle_name
from core.exchange.strict import ZEROS
from core.ledger.chain import Checked, split_lines, verify_chain
from core.ledger.checkpoint import read_checkpoint
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine
from core.ledger.roster import read_roster
from core.office import codes_compared
from core.office.again import Again, Own, Theirs
from core.office.backups import write_restored
from core.office.carried import tell_soon
from core.office.desk import Desk, iso
from core.office.envelope import CHANNEL_FROM, CONTENT_OF, DESK_CHANNEL, UNTAKEN, Sealer, envelope_of, place
from core.office.exchange import Exchange
from core.office.foreign import senders_fault
from core.office.history import site_key_after, state_after
from core.office.keyring import (
    enrol,
    need_partner,
    own_card,
    put_roster,
    rosters_of,
    site_keys,
    successors_of,
)
from core.office.ledger import write_line
from core.office.ports import BundleRow, Tx
from core.office.unsettled import RESTORED, Spoken, head_at, other_history, restored_of, spoken
from core.roles import Right, Role

_TAKEN = "taken_back"
"""Setting: of every file that was taken back, its hash and the partner's signed word on where our ledger ended with it. Were it
to show more of our ledger later, that word is ours to show."""


@dataclass(frozen=True)
class TakenBack:
    """What came of it."""

    lines: int
    """Of this site's ledger; 0 when they had come back before."""
    bundles: int
    """Of this site's own."""
    again: int
    """Of the partner's, taken in anew."""
    lost: tuple[str, ...]
    """Bundles on a medium that had not arrived: what they carried is in neither vault."""
    left: tuple[str, ...]
    """Who can log in here, but was taken off the roster after the backup."""
    joined: tuple[str, ...]
    """Who was put on the roster after the backup, and cannot log in here."""
    stopped: str = ""
    """Why the partner's other bundles have to wait for the next exchange."""


class TakingBack:
    """The use case of `ikiiki ledger take-back`."""

    def __init__(self, desk: Desk, exchange: Exchange, sealer: Sealer) -> None:
        self._desk, self._exchange, self._sealer = desk, exchange, sealer

    def take_back(self, data: bytes, size: int, head: str, *, name: str = "handback") -> TakenBack:
        """The partner's file `data`; by telephone it said that it holds `size` lines of our ledger, ending in `head`.

        All of it or nothing; afterwards the vault goes on. The same file again takes in what of the partner's own bundles is
        still missing. Raises `IntegrityFailure` for whatever this site did not make or does not fit what it holds, `Refused`
        when nothing is to be settled, when keys were changed among it, or for who is no longer on the roster.
        """
        told, digest = spoken(size, head), sha256_hex(data)
        with self._desk.writing(Right.RESTORE) as tx:
            returned, entries = self._opened(tx, data, name)
            theirs: Theirs = {}
            own, untaken = self._bundles(tx, entries, theirs)
            if restored_of(tx) is None:
                if digest not in taken_back(tx):
                    raise Refused(
                        "復元のあとに取り戻すものは残っていません", next_step="そのままお使いください"
                    )
                done = TakenBack(0, 0, 0, (), (), ())
            else:
                self._need_ours(tx, returned, told, name)
                done = self._settle(tx, returned, entries, own, untaken, theirs, digest)
                heads = taken_back(tx) | {digest: split_file(data, name=name)[0].decode("ascii")}
                tx.settings.put(_TAKEN, json.dumps(heads))
        return self._rest(done, theirs)

    # -- what is believed -----------------------------------------------------------------------------------------

    def _opened(self, tx: Tx, data: bytes, name: str) -> tuple[Returned, Mapping[str, bytes]]:
        with senders_fault(name):
            return self._sealer.take_back(
                data, opening=site_keys(tx).opening, partner=need_partner(tx), name=name
            )

    def _need_ours(self, tx: Tx, returned: Returned, told: Spoken, name: str) -> None:
        """That it was made for this vault, as it stands, and is what was read out."""
        site, card = self._desk.actor.site, read_card(own_card(tx))
        if (returned.to, returned.vault_id, returned.epoch) != (site, card.vault_id, card.epoch):
            raise IntegrityFailure("ほかの保管庫か、ほかの鍵の世代のためのファイルです", where=name)
        if returned.since == returned.told and returned.told.size <= tx.ledger.size(site):
            if head_at(tx.ledger, site, returned.told.size) != returned.told.head:
                raise other_history(returned.told.size)
        elif (returned.since.size, returned.since.head) != (tx.ledger.size(site), tx.ledger.head(site)):
            raise IntegrityFailure(
                "この控えのために作られたファイルではありません",
                where=f"{name} {returned.since.size}行目から、この保管庫 {tx.ledger.size(site)}行",
                next_step="復元のときに出た行数と符号を相手に伝え、ファイルを作り直してもらってください",
            )
        if returned.told.size != told.size or not told.fits(returned.told.head):
            raise other_history(told.size)

    def _bundles(
        self, tx: Tx, entries: Mapping[str, bytes], theirs: Theirs
    ) -> tuple[list[Own], list[Manifest]]:
        """(ours, opened, in order, the manifests of those that the partner has not taken in); the partner's are put into `theirs`.

        Raises `IntegrityFailure` for anything beside.
        """
        site, card = self._desk.actor.site, read_card(own_card(tx))
        expected = {LINES, ROSTERS, CHECKPOINT}
        own, untaken = [], []
        found = sorted(bundle for key in entries if (bundle := bundle_name(key, MANIFEST)) is not None)
        for bundle in found:
            name, ours = str(bundle), bundle.channel.sender is site
            if ours and bundle.epoch != card.epoch:
                raise IntegrityFailure("ほかの鍵の世代の束が返されました", where=name)
            if ours and not {name + ZIP, name + HALF} & entries.keys():
                untaken.append(read_manifest(entries[name + MANIFEST], card.signing, name=bundle))
                expected.add(name + MANIFEST)
                continue
            parts = [ZIP, MANIFEST, *([HALF] if ours else [])]
            expected |= {name + part for part in parts}
            if not all(name + part in entries for part in parts):
                raise IntegrityFailure("返された束の一部がありません", where=name)
            zip_bytes, manifest = entries[name + ZIP], entries[name + MANIFEST]
            if not ours:
                theirs[bundle] = zip_bytes, manifest
                continue
            with senders_fault(name):
                opened = self._sealer.reopen(zip_bytes, manifest, entries[name + HALF], name=name, own=card)
            own.append(Own(bundle, opened, zip_bytes, manifest))
        if set(entries) != expected:
            raise IntegrityFailure("返されたものに、余分なものか足りないものがあります")
        return own, untaken

    def _lines(self, tx: Tx, returned: Returned, entries: Mapping[str, bytes]) -> Checked:
        """Our own lines behind those we hold, each signed by whoever it names, up to where our own checkpoint says."""
        site, card = self._desk.actor.site, read_card(own_card(tx))
        held = tx.ledger.lines(site)
        if returned.since == returned.told and not entries[LINES]:
            return Checked((), state_after(tx, site, held))
        brought = {sha256_hex(one): one for one in split_lines(entries[ROSTERS], name=ROSTERS)}
        if any(read_roster(one, name=ROSTERS).org is not site for one in brought.values()):
            raise IntegrityFailure("別の拠点の取扱者名簿が返されました", where=ROSTERS)
        checked = verify_chain(
            entries[LINES], site_key=site_key_after(tx, site, held), rosters={**brought, **rosters_of(tx, site)},
            start=state_after(tx, site, held), successors=successors_of(tx, site),
        )  # fmt: skip
        end = (returned.told.size, returned.told.head)
        shown = read_checkpoint(entries[CHECKPOINT], card.signing)
        if (checked.state.size, checked.state.head) != end or (shown.org, shown.size, shown.head) != (
            site,
            *end,
        ):
            raise IntegrityFailure(
                "返された行が、こちらが前に署名した確認書と合いません", where=f"管理簿 {end[0]}行目"
            )
        for line in checked.lines:
            if line.act is Act.ROSTER:
                digest = line.ref.removeprefix("sha256:")
                put_roster(tx, site, brought.get(digest) or rosters_of(tx, site)[digest])
        return checked

    def _need_in_force(self, checked: Checked) -> None:
        """Who was taken off the roster after the backup brings nothing back with the password of that day."""
        me = checked.state.staff.get(self._desk.actor.staff_id)
        if me is None or me.role is not Role.MANAGER:
            raise Refused(
                "控えのあとに、取扱責任者の登録が取り消されています", where=self._desk.actor.staff_id,
                next_step="いまの取扱責任者が、自分の職員IDで取り戻してください",
            )  # fmt: skip

    def _fresh(
        self, tx: Tx, own: Sequence[Own], untaken: Sequence[Manifest]
    ) -> tuple[list[Own], dict[BundleName, str], list[Manifest]]:
        """(those this vault does not know, what the voids among them took back, those of them that were not taken in). They go on from
        the last it knows, those not taken in behind the others.

        Raises `IntegrityFailure` for a hole, another predecessor, or other bytes under a number that is known.
        """
        fresh: list[Own] = []
        void: dict[BundleName, str] = {}
        ends: dict[str, tuple[int, str]] = {}
        for one in own:
            name, channel = str(one.name), one.name.channel.value
            known = tx.bundles.get(name)
            if known is not None:
                if known.manifest_sha256 != one.opened.manifest_sha256:
                    raise IntegrityFailure("この保管庫にあるものと違う束が返されました", where=name)
                continue
            if channel not in ends:
                last = tx.bundles.last(channel, one.name.epoch, "out")
                ends[channel] = (last.seq, last.manifest_sha256) if last else (0, ZEROS)
            seq, previous = ends[channel]
            if one.opened.kind == "void":
                listed = read_void(one.opened.entries.get(VOID, b""), one.name)
                void |= listed
                between = {
                    BundleName(one.name.epoch, one.name.channel, gap) for gap in range(seq + 1, one.name.seq)
                }
                fits = between <= listed.keys() and one.opened.previous == list(listed.values())[-1]
            else:
                fits = (one.name.seq, one.opened.previous) == (seq + 1, previous)
            if not fits:
                raise IntegrityFailure("返された束の順番のつながりが合いません", where=name)
            ends[channel] = one.name.seq, one.opened.manifest_sha256
            fresh.append(one)
        behind = []
        for manifest in untaken:
            name, channel = str(manifest.name), manifest.name.channel.value
            known = tx.bundles.get(name)
            if known is None:
                if channel not in ends:
                    last = tx.bundles.last(channel, manifest.name.epoch, "out")
                    ends[channel] = (last.seq, last.manifest_sha256) if last else (0, ZEROS)
                seq, previous = ends[channel]
                if (manifest.name.seq, manifest.previous) != (seq + 1, previous):
                    raise IntegrityFailure("返された束の順番のつながりが合いません", where=name)
                ends[channel] = manifest.name.seq, manifest.hash
                behind.append(manifest)
            elif known.manifest_sha256 != manifest.hash:
                raise IntegrityFailure("この保管庫にあるものと違う束が返されました", where=name)
        return fresh, void, behind

    def _sendings(
        self, lines: Sequence[LedgerLine], fresh: Sequence[Own], passed: Collection[BundleName]
    ) -> tuple[dict[BundleName, LedgerLine], tuple[str, ...]]:
        """(by bundle, the line that tells of its sending, those on a medium that never arrived).

        Our own line says what each bundle was, whatever the partner says of it. Raises `IntegrityFailure` where they differ.
        """
        told = {
            bundle: line
            for line in lines
            if line.act is Act.SEND and (bundle := bundle_name(line.ref.removeprefix("bundle:"))) is not None
        }
        here = {one.name for one in fresh}
        for one in fresh:
            line = told.get(one.name)
            if (line is None) != (one.opened.kind == "receipt"):
                raise IntegrityFailure("返された束が、管理簿の送付の行と合いません", where=str(one.name))
            if line is None:
                continue
            handover, total = envelope_of(one.opened, str(one.name))
            if (line.content, line.qty, line.handover) != (CONTENT_OF[one.opened.kind], total, handover):
                raise IntegrityFailure("返された束が、管理簿の送付の行と合いません", where=str(one.name))
        newest = max((one.name.seq for one in fresh if one.name.channel.value == DESK_CHANNEL), default=0)
        absent = [bundle for bundle in told if bundle not in here and bundle not in passed]
        lost = [one for one in absent if one.channel.value == DESK_CHANNEL and one.seq > newest]
        if len(lost) != len(absent):
            (missing, *_) = [one for one in absent if one not in lost]
            raise IntegrityFailure("管理簿にある束が、返されたものにありません", where=str(missing))
        return told, tuple(map(str, lost))

    # -- what is done ---------------------------------------------------------------------------------------------

    def _settle(
        self, tx: Tx, returned: Returned, entries: Mapping[str, bytes], own: Sequence[Own], untaken: Sequence[Manifest],
        theirs: Theirs, digest: str,
    ) -> TakenBack:  # fmt: skip
        site, restored = self._desk.actor.site, restored_of(tx)
        assert restored is not None, "asked before"
        checked = self._lines(tx, returned, entries)
        self._need_in_force(checked)
        _need_same_keys(checked.lines)
        if checked.lines and all(one.opened.checkpoint != entries[CHECKPOINT] for one in own):
            raise IntegrityFailure(
                "こちらが前に署名した確認書を運んだ束が、返されたものにありません", where=CHECKPOINT
            )
        fresh, void, behind = self._fresh(tx, own, untaken)
        told, lost = self._sendings(checked.lines, fresh, {*void, *(one.name for one in behind)})
        tx.settings.put(RESTORED, "null")
        again = Again(self._desk, self._exchange, tx, fresh, theirs, told)
        for raw, line in zip(split_lines(entries[LINES], name=LINES), checked.lines, strict=True):
            again.follow(raw, line)
        again.end()
        for one in behind:
            self._keep_untaken(tx, one)
        tx.settings.put(f"ledger_sent_{CHANNEL_FROM[site]}", str(returned.told.size))
        left, joined = self._enrol(tx, checked)
        write_restored(self._desk, tx, restored)
        write_line(
            self._desk, tx, Act.TAKE_BACK, Content.LEDGER, len(checked.lines), Unit.LINES, medium=Medium.FILE,
            from_=place(site.other), to=place(site), ref=f"sha256:{digest}",
        )  # fmt: skip
        codes_compared.note(tx, site)
        tell_soon(tx)
        self._desk.log(tx, "take_back", f"lines={len(checked.lines)} bundles={len(fresh)}")
        return TakenBack(len(checked.lines), len(fresh), again.taken, lost, left, joined)

    def _keep_untaken(self, tx: Tx, manifest: Manifest) -> None:
        """A number that is taken: the partner has set that bundle aside, or it waits behind such a one. What it carried was never
        taken in and is lost with the vault; it is for people to void, as ever."""
        name, now = manifest.name, self._desk.now()
        row = BundleRow(
            name.channel.value, name.epoch, name.seq, "out", str(name), UNTAKEN, manifest.hash, {}, now, now
        )  # fmt: skip
        tx.bundles.add(row, b"", manifest.data)

    def _enrol(self, tx: Tx, checked: Checked) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Where the roster changed after the backup, those who can log in here are brought in force anew: their keys sign now.

        (Who was off it, who cannot log in.)
        """
        if all(line.act is not Act.ROSTER for line in checked.lines):
            return (), ()
        here = {row.staff_id for row in tx.staff.list() if row.until is None}
        enrol(tx, self._desk.actor.site, iso(self._desk.now()))
        there = set(checked.state.staff)
        return tuple(sorted(here - there)), tuple(sorted(there - here))

    def _rest(self, done: TakenBack, theirs: Theirs) -> TakenBack:
        """The partner's bundles of which our lines do not tell: each as if it came now.

        One that must wait, or does not fit, is met again at the next exchange, like any other.
        """
        again, stopped = done.again, ""
        for bundle in sorted(theirs):
            channel = DESK_CHANNEL if bundle.channel.value == DESK_CHANNEL else ""
            try:
                again += self._exchange.take_in(str(bundle), *theirs[bundle], channel=channel) is not None
            except (Refused, IntegrityFailure) as error:
                stopped = str(error)
                break
        return TakenBack(done.lines, done.bundles, again, done.lost, done.left, done.joined, stopped)


def taken_back(tx: Tx) -> dict[str, str]:
    """By the hash of each file that was taken back, its two signed lines."""
    found: dict[str, str] = json.loads(tx.settings.get(_TAKEN) or "{}")
    return found


def _need_same_keys(lines: Sequence[LedgerLine]) -> None:
    """Raises `Refused` where the keys this site seals with were changed after the backup: they were in the lost vault alone."""
    if any(line.act is Act.EPOCH or (line.act, line.content) == (Act.SEND, Content.KEYS) for line in lines):
        raise Refused(
            "控えのあとに鍵を替えています。新しい鍵は控えになく、だれにも取り戻せません",
            next_step="鍵を替えたあとに取った控えを探してください。なければ両拠点の取扱責任者で、相手の記録をもとに続け方を決めてください",
        )
