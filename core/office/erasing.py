"""The erasure at the contract's end, C11: planned, proposed by one, confirmed by another, carried out, put on record.

The contractor needs nobody's leave: the contract and the programme's `retention_end` say when. The other site sees both
people's lines as soon as it has this ledger. What is still on its way between the sites stops it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from core.canonical import crockford_id, nfc, sha256_hex
from core.erasure.agreement import DAYS, REF, Agreement, agreement_of
from core.erasure.copies import Ended, Found, Group, Kind, grouped
from core.errors import Refused, UsageError
from core.exchange.signed import read_signed, write_signed
from core.keys import VerifyKey
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.handover import standing
from core.ledger.line import LedgerLine, read_line
from core.office.boxes import Boxes
from core.office.desk import Desk, iso, programme_of
from core.office.erase_requests import requests_of
from core.office.inventory import Copy, copies_of, write_copy
from core.office.keepsakes import need_printed, unprinted
from core.office.keyring import site_keys
from core.office.ledger import write_line
from core.office.participants import unsent_draws
from core.office.places import Former, formers_of
from core.office.ports import Tx
from core.office.survivor import CREDENTIAL, ERASED, RECORD
from core.office.taken import untaken
from core.roles import Right, Site

KIND = "erasure"
"""Of the signed document: what its signature is for."""
_LIMIT = 64 * 2**20
_ANYWAY = "erasure_anyway"
_PAPER_ROUTES = frozenset({"post", "fax"})


@dataclass(frozen=True)
class Plan:
    """What an erasure would do now."""

    programme: str
    groups: tuple[Group, ...]
    copies: tuple[Copy, ...]
    """What people have to destroy themselves, or have given away."""
    obstacles: tuple[str, ...]
    """Japanese sentences: what has to be settled first."""
    early: str
    """The retention end, while it lies ahead; else ""."""
    agreement: Agreement | None
    over: bool
    """The agreement is too old."""
    former: tuple[Former, ...] = ()
    """Places of exchange used before the present one, for a person to empty."""
    registers: int = 0
    """Entries of the registers; they do not survive."""
    unprinted: bool = False
    """Some of them stand in no audit report yet."""


@dataclass(frozen=True)
class Report:
    """All that 消去報告書 tells."""

    document: dict[str, object]
    record: bytes
    """The signed record: two lines, the document and the signature over it."""
    copies: tuple[Copy, ...]
    """As the ledger tells them now: what people have ticked since is in it."""
    ticks: dict[str, tuple[str, str]]
    """By 控番号: who last said that something of it was destroyed, and when."""
    paper: str
    """控番号 of the printed report."""
    at: str
    by: str
    key: VerifyKey


class Erasing:
    """The use cases of `ikiiki erase` and the window 消去 of the ledger."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        self._desk = desk
        self._boxes = boxes

    # -- before -----------------------------------------------------------------------------------------

    def plan(self, found: Sequence[Found]) -> Plan:
        """What there is to erase and who has agreed. `found`: the files there are; changes nothing."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            agreement = self._agreement(tx)
            programme = programme_of(tx)
            end = programme.retention_end
            return Plan(
                programme.name,
                tuple(grouped(list(found))),
                tuple(copy for copy in copies_of(tx, self._desk) if copy.here or copy.given),
                tuple(self._obstacles(tx)),
                end.isoformat() if self._desk.now().date() < end else "",
                agreement,
                agreement is not None and agreement.over(self._desk.now()),
                tuple(formers_of(tx)),
                len(tx.registers.all()),
                bool(unprinted(tx, self._desk.actor.site)),
            )

    def propose(self, found: Sequence[Found], *, anyway: bool = False) -> Agreement:
        """The first person's word, signed in the ledger. A proposal in force is replaced by it.

        Raises `Refused` while something is on its way between the sites, unless `anyway`: for a partner that never
        answers again. That it was so stands in the record.
        """
        with self._desk.writing(Right.ERASE) as tx:
            self._need_living(tx)
            obstacles = self._obstacles(tx)
            if obstacles and not anyway:
                raise self._blocked(obstacles)
            name = crockford_id(self._desk.entropy(10))
            tx.settings.put(_ANYWAY, name if obstacles else "")
            self._note_sources(tx)
            self._line(tx, Act.PROPOSE_ERASURE, name, len(found))
            self._desk.log(tx, "erase_propose", f"{name} n={len(found)} open={len(obstacles)}")
            agreement = self._agreement(tx)
            assert agreement is not None, "just written"
            return agreement

    def confirm(self, programme_name: str) -> Agreement:
        """The second person's word. Raises `Refused` for the person who proposed, and when it is too late."""
        with self._desk.writing(Right.ERASE) as tx:
            self._need_living(tx)
            agreement = self._need_agreement(tx)
            if agreement.confirmed:
                raise Refused(
                    "この消去は、すでに決裁されています", next_step="ikiiki erase run で始められます"
                )
            if agreement.proposed_by == self._desk.actor.staff_id:
                raise Refused(
                    "発議した本人は、決裁できません",
                    next_step="ほかの取扱責任者が、自分の職員IDでログインして決裁してください。"
                    "いなければ ikiiki staff add --role manager で登録し、相手の拠点に届け出てください",
                )
            self._need_name(tx, programme_name)
            self._line(tx, Act.CONFIRM_ERASURE, agreement.id, 1)
            self._desk.log(tx, "erase_confirm", agreement.id)
            confirmed = self._agreement(tx)
            assert confirmed is not None and confirmed.confirmed, "just written"
            return confirmed

    def drop(self) -> None:
        """Take a proposal back, confirmed or not. Either manager may."""
        with self._desk.writing(Right.ERASE) as tx:
            agreement = self._agreement(tx)
            if agreement is None:
                raise Refused("取りやめる消去の発議はありません")
            self._line(tx, Act.DROP_ERASURE, agreement.id, 1)
            self._desk.log(tx, "erase_drop", agreement.id)

    def ready(self, programme_name: str, reason: str = "") -> dict[str, object]:
        """What marks the vault that survives; raises `Refused` unless two people agreed and nothing is in the way.

        `reason`: why the registers need not have been printed (`core.office.choices.UNPRINTED_REASONS`); it stands in the record.
        """
        self._desk.actor.require(Right.ERASE)
        with self._desk.reading(Right.ERASE) as tx:
            self._need_living(tx)
            agreement = self._need_agreement(tx)
            if not agreement.confirmed:
                raise Refused(
                    "この消去は、もう一人がまだ決裁していません",
                    next_step="発議した人とは別の取扱責任者が、ikiiki erase confirm で決裁してください",
                )
            obstacles = self._obstacles(tx)
            if obstacles and tx.settings.get(_ANYWAY) != agreement.id:
                raise self._blocked(obstacles)
            self._need_name(tx, programme_name)
            if said := need_printed(tx, self._desk.actor.site, reason):
                obstacles = [*obstacles, said]
            programme = programme_of(tx)
            return {
                "id": agreement.id,
                "site": self._desk.actor.site.value,
                "programme": programme.name,
                "fiscal_year": programme.fiscal_year,
                "proposed_by": agreement.proposed_by,
                "proposed_at": agreement.proposed_at,
                "confirmed_by": agreement.confirmed_by,
                "confirmed_at": agreement.confirmed_at,
                "begun_by": self._desk.actor.staff_id,
                "begun_at": iso(self._desk.now()),
                "open": obstacles,
            }

    # -- after ------------------------------------------------------------------------------------------

    def is_erased(self) -> bool:
        """Whether this vault is what survived."""
        with self._desk.reading() as tx:
            return bool(tx.settings.get(ERASED))

    def unsigned(self) -> bool:
        """Whether the erasure is not on signed record yet, and this person may sign it."""
        if not self._desk.actor.may(Right.ERASE):
            return False
        with self._desk.reading() as tx:
            return bool(tx.settings.get(ERASED)) and not tx.settings.get(RECORD)

    def sign(self, ended: Sequence[Ended], ended_at: str) -> None:
        """Put on record, signed with the site's key and told in the ledger, what became of every copy. Once."""
        with self._desk.writing(Right.ERASE) as tx:
            kept = tx.settings.get(ERASED)
            if not kept or tx.settings.get(RECORD):
                return
            begun = json.loads(kept)
            sites = {org.value: {"size": tx.ledger.size(org), "head": tx.ledger.head(org)} for org in Site}
            document = {
                "protocol": "hke1", **begun, "ended_at": ended_at,
                "copies": [one.document() for one in ended],
                "survives": {
                    "ledger": sites,
                    "access_log": {"size": tx.access.count(), "head": tx.access.head()},
                    "draws": tx.draws.names(),
                },
            }  # fmt: skip
            record = write_signed(KIND, document, site_keys(tx).signing)
            tx.settings.put(RECORD, record.decode())
            tx.settings.put(CREDENTIAL, "")
            for one in ended:
                if (
                    one.kind is Kind.FORMER
                ):  # from here on an entry of the inventory, ticked by hand as a medium is
                    medium = Medium.BOX if one.name.startswith("box-") else Medium.FILE
                    write_copy(self._desk, tx, Act.TAKE, Content.BUNDLE, 1, Unit.MEDIA, medium)
            self._line(tx, Act.ERASE, str(begun["id"]), len(ended))
            self._desk.log(tx, "erase", f"{begun['id']} n={len(ended)}")

    def report(self) -> Report:
        """What 消去報告書 tells, under a fresh 控番号 that goes into the ledger as a print."""
        with self._desk.writing(Right.ERASE) as tx:
            text = tx.settings.get(RECORD)
            if not text:
                raise Refused(
                    "消去がまだ終わっていないため、報告書はつくれません",
                    next_step="ikiiki erase plan で、いまの状態を確かめてください",
                )
            key = site_keys(tx).signing.public
            record = text.encode()
            document = read_signed(KIND, record, key, limit=_LIMIT, name="消去の記録")
            copies = tuple(copies_of(tx, self._desk))
            ticks = {
                line.ref.partition(":")[2]: (line.actor, line.at)
                for line in standing(self._lines(tx))
                if line.act is Act.DESTROY and line.ref
            }
            paper = write_copy(self._desk, tx, Act.PRINT, Content.ERASURE_REPORT, 1, Unit.FILES, Medium.PAPER)
            self._desk.log(tx, "print", f"erasure_report {paper}")
            return Report(
                document, record, copies, ticks, paper, iso(self._desk.now()), self._desk.actor.name, key
            )

    # -- what these share -------------------------------------------------------------------------------

    def _lines(self, tx: Tx) -> list[LedgerLine]:
        org = self._desk.actor.site
        return [read_line(line, name=f"ledger-{org}")[1] for line in tx.ledger.lines(org)]

    def _agreement(self, tx: Tx) -> Agreement | None:
        return agreement_of(self._lines(tx))

    def _need_agreement(self, tx: Tx) -> Agreement:
        agreement = self._agreement(tx)
        if agreement is None:
            raise Refused(
                "消去は、まだ発議されていません",
                next_step="取扱責任者が ikiiki erase plan で写しの一覧を確かめ、ikiiki erase propose で発議してください",
            )
        if agreement.over(self._desk.now()):
            raise Refused(
                f"発議から{DAYS}日を過ぎたため、この消去は始められません",
                next_step="もう一度 ikiiki erase propose で発議してください",
            )
        return agreement

    def _need_living(self, tx: Tx) -> None:
        if tx.settings.get(ERASED):
            raise Refused(
                "この保管庫は、すでに消去されています", next_step="ikiiki erase report で報告書をつくれます"
            )

    def _need_name(self, tx: Tx, typed: str) -> None:
        name = programme_of(tx).name
        if nfc(typed.strip()) != nfc(name):
            raise UsageError(
                "入力した事業の名前が違います。まだ何も消していません",
                next_step=f"消してよければ「{name}」とそのまま入力してください",
            )

    def _obstacles(self, tx: Tx) -> list[str]:
        """What has to reach the other site, or has come from it, first."""
        waiting = [row for row in untaken(tx, self._desk.actor.site) if row.kind != "receipt"]
        found = []
        if waiting:
            found.append(f"相手が取り込んだと確かめられていない束が {len(waiting)}件あります（F6 送受信）")
        if arrived := self._boxes.waiting_in():
            found.append(f"届いて、まだ取り込んでいない束が {len(arrived)}件あります（F6 送受信）")
        if self._desk.actor.site is Site.CONTRACTOR and (unsent := tx.applications.unsent()):
            found.append(f"区へまだ送っていない応募・訂正が {len(unsent)}件あります（F2 ③送る）")
        if self._desk.actor.site is Site.CONTRACTOR and unsent_draws(tx):
            found.append("区へまだ送っていない辞退や繰上げがあります（F4 ⑦送る）")
        if self._desk.actor.site is Site.WARD and (words := tx.reviews.unsent()):
            found.append(f"委託先へまだ送っていない点検の答えが {len(words)}件あります（F7 送る）")
        if asked := requests_of(self._desk, tx):
            found.append(f"答えていない消去の依頼が {len(asked)}件あります（F7 消去の依頼）")
        return found

    def _blocked(self, obstacles: Sequence[str]) -> Refused:
        return Refused(
            "相手の拠点との間で、まだ済んでいないことがあります。消去できません",
            where="。".join(obstacles),
            next_step="先に済ませてください。相手がもう答えられないときだけ、ikiiki erase propose --anyway で発議できます",
        )

    def _note_sources(self, tx: Tx) -> None:
        """What came in from outside and lies with people, as entries of the inventory, so that it is ticked too."""
        copies = copies_of(tx, self._desk)
        known = {(copy.content, copy.medium) for copy in copies if not copy.received}
        org = self._desk.actor.site
        files = sum(line.act is Act.INTAKE and line.medium is Medium.WEB for line in self._lines(tx))
        if files and (Content.FORMS, Medium.WEB) not in known:
            write_copy(self._desk, tx, Act.TAKE, Content.FORMS, files, Unit.FILES, Medium.WEB)
        forms = sum(one.route.value in _PAPER_ROUTES for one in tx.applications.all())
        # The counter's, handed over on paper, stand there by their own 控番号.
        forms -= sum(copy.qty for copy in copies if copy.received and copy.content is Content.FORMS)
        if org is Site.CONTRACTOR and forms > 0 and (Content.FORMS, Medium.PAPER) not in known:
            write_copy(self._desk, tx, Act.TAKE, Content.FORMS, forms, Unit.SHEETS, Medium.PAPER)

    def _line(self, tx: Tx, act: Act, name: str, qty: int) -> None:
        here = Place(self._desk.actor.site.value)
        write_line(
            self._desk, tx, act, Content.APPLICATIONS, min(qty, 9_999_999), Unit.FILES, medium=Medium.VAULT,
            from_=here, to=Place.DISPOSAL if act is Act.ERASE else Place.NONE, ref=REF + name,
        )  # fmt: skip


def record_hash(record: bytes) -> str:
    """What the report prints: SHA-256 of the record's file."""
    return sha256_hex(record)
