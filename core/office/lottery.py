"""The draw ⑥ as a ceremony between two sites: whose turn it is, and that site's next signed part.

Each part is one write transaction that stores the files, signs them with the site's key and seals the bundle that
carries them. What the other site sends is checked file by file before it is stored; a result is recomputed here
first, and refused when it differs. Order and files: docs/formats.md, "hkr1".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.canonical import sha256_hex
from core.draw import ceremony
from core.draw.events import EVENTS, EventLog
from core.draw.matching import MISMATCH_WORDS, match_roll
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll, small_classes
from core.draw.rules import PARAMS, Params
from core.draw.signing import sign, signature_name
from core.draw.standing import STANDING, replay
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Commits,
    Dice,
    Freeze,
    Reveal,
    SeedInput,
    dice_name,
    reveal_name,
)  # fmt: skip
from core.draw.units import UNIT_PROBLEM_WORDS, Opening, number_units, shapes
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, programme_of
from core.office.drawing import (
    OPENINGS,
    SEAL,
    SENTENCES,
    Step,
    compute,
    current_draw,
    entry_of,
    is_public,
    params_of,
    step_of,
)
from core.office.exchange import Exchange
from core.office.keyring import need_partner, site_keys
from core.office.ledger import write_line
from core.office.lines import jsonl
from core.office.ports import DrawUnit, Tx
from core.office.review import applicants_status, confirmed_applications
from core.office.rules import seal_programme
from core.roles import SITE_WORDS, Right, Site


@dataclass(frozen=True)
class Ceremony:
    """What the 抽選 pane and `ikiiki lottery status` show."""

    draw: str
    step: Step
    sentence: str
    """Who must do what next."""
    mine: bool
    """Whether it is this site's turn."""
    hashes: Mapping[str, str]
    """SHA-256 of the public files there are, by name."""
    signatures: Mapping[str, tuple[Site, ...]]
    digits: Mapping[Site, str]
    """The dice each site has typed."""
    units: int
    seats: Mapping[str, tuple[int, int]]
    """By outing: (seats taken by the draw, seats drawn)."""
    seed: str
    small_classes: int
    """How many kinds (size, tickets, courses) fewer than five units share: worth knowing before publishing."""
    left_out: tuple[int, ...] = ()
    """Before the freeze: 受付番号 of accepted applications that it would leave out, unconfirmed or returned."""


class Lottery:
    """The use cases of the 抽選 pane and `ikiiki lottery`."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange

    def status(self) -> Ceremony:
        site = self._desk.actor.site
        with self._desk.reading() as tx:
            draw = current_draw(tx)
            files = tx.draws.files(draw) if draw else {}
            if draw is None:
                draw = params_of(programme_of(tx), 1, None).draw
            step = step_of(files)
            left = confirmed_applications(tx)[1] if step is Step.FREEZE_CONTRACTOR else []
        turn = step is Step.DICE or step.value.endswith(site.value)
        public = {name: data for name, data in files.items() if is_public(name, files)}
        roll = Roll.parse(files[LIST], LIST) if LIST in files else None
        seats: dict[str, tuple[int, int]] = {}
        if PARAMS in files:
            taken: dict[str, int] = {}
            if RESULT in files:
                for line in Result.parse(files[RESULT], RESULT).lines:
                    if line.course:
                        taken[line.course] = taken.get(line.course, 0) + line.size
            seats = {
                c.code: (taken.get(c.code, 0), c.room) for c in Params.parse(files[PARAMS], PARAMS).courses
            }
        return Ceremony(
            draw=draw,
            step=step,
            sentence=SENTENCES[step],
            mine=turn,
            hashes={name: sha256_hex(data) for name, data in sorted(public.items()) if not name.endswith(".sig")},
            signatures={
                name: tuple(s for s in Site if signature_name(name, s) in files)
                for name in sorted(files) if not name.endswith(".sig")
            },
            digits={s: Dice.parse(files[dice_name(s)], dice_name(s)).digits for s in Site if dice_name(s) in files},
            units=len(roll.lines) if roll else 0,
            seats=seats,
            seed=SeedInput.parse(files[SEED_INPUT], SEED_INPUT).seed if SEED_INPUT in files else "",
            small_classes=small_classes(roll) if roll else 0,
            left_out=tuple(application.number for application in left),
        )  # fmt: skip

    # -- the five steps ---------------------------------------------------------------------------------

    def seal(self) -> Ceremony:
        """Step 1. The contractor fixes the rules and seals its secret; then the ward seals its own."""
        site = self._desk.actor.site
        with self._desk.writing(Right.DRAW) as tx:
            draw, files = self._turn(tx, Step.SEAL_CONTRACTOR if site is Site.CONTRACTOR else Step.SEAL_WARD)
            reveal = Reveal(draw, site, self._desk.entropy(32).hex())
            mine = {reveal.file_name: reveal.to_bytes()}
            seal = sha256_hex(mine[reveal.file_name])
            if site is Site.CONTRACTOR:
                seal_programme(tx, self._exchange)  # the ward judges params.txt by the programme it holds
                params = params_of(programme_of(tx), int(draw.rsplit("-", 1)[1]), None)
                shared = {PARAMS: params.to_bytes(), SEAL: f"{seal}  {reveal.file_name}\n".encode()}
                self._put(tx, draw, {**mine, **shared})
                signed = self._sign(tx, draw, PARAMS)
            else:
                commits = Commits(contractor=files[SEAL].decode()[:64], ward=seal)
                shared = {COMMITS: commits.to_bytes()}
                self._put(tx, draw, {**mine, **shared})
                signed = self._sign(tx, draw, PARAMS) | self._sign(tx, draw, COMMITS)
            self._send(tx, draw, "seal", shared | signed)
        self._exchange.flush()
        return self.status()

    def freeze(self) -> Ceremony:
        """Step 2. The contractor freezes the roll of what the ward confirmed; the ward checks it one to one and opens its seal."""
        if self._desk.actor.site is Site.CONTRACTOR:
            self._freeze_roll()
        else:
            self._sign_freeze()
        self._exchange.flush()
        return self.status()

    def _freeze_roll(self) -> None:
        with self._desk.writing(Right.DRAW) as tx:
            draw, files = self._turn(tx, Step.FREEZE_CONTRACTOR)
            review = applicants_status(tx)
            if not review.done:
                raise Refused(
                    f"区の点検⑤がまだ済んでいません（残り {review.open}件）",
                    next_step="送受信で区の点検結果を受け取ってください",
                )
            params, commits = Params.parse(files[PARAMS], PARAMS), Commits.parse(files[COMMITS], COMMITS)
            taken, left = confirmed_applications(tx)
            if not taken:
                raise Refused("区が確認した応募がひとつもありません", next_step="区の点検⑤を受けてください")
            entries = [entry_of(application) for application in taken]
            numbers = {application.record: application.number for application in taken}
            shaped, held = shapes(params, entries)
            if held:
                raise Refused(
                    UNIT_PROBLEM_WORDS[held[0].problem],
                    where="受付番号 "
                    + "、".join(f"{numbers[record]:04}" for item in held for record in item.records),
                    next_step="応募を訂正するか、グループを解き、区の点検を受け直してください",
                )
            units = number_units(shaped, entries, self._desk.entropy)
            roll = Roll.of(unit.line for unit in units)
            frozen = ceremony.freeze(params, commits, roll)
            shared = {LIST: roll.to_bytes(), FREEZE: frozen.to_bytes()}
            self._put(tx, draw, shared)
            tx.draws.put_units([_row(draw, unit.opening) for unit in units])
            signed = self._sign(tx, draw, COMMITS) | self._sign(tx, draw, FREEZE)
            openings = jsonl([_opening_row(unit.opening) for unit in units])
            self._desk.log(tx, "draw_left_out", f"no={','.join(str(a.number) for a in left)}")
            self._send(tx, draw, "freeze", shared | signed | {OPENINGS: openings})

    def _sign_freeze(self) -> None:
        with self._desk.writing(Right.DRAW) as tx:
            draw, files = self._turn(tx, Step.FREEZE_WARD)
            self._demand_one_to_one(tx, draw, files)
            mine = reveal_name(Site.WARD)
            self._send(tx, draw, "freeze", self._sign(tx, draw, FREEZE) | {mine: files[mine]})

    def _demand_one_to_one(self, tx: Tx, draw: str, files: Mapping[str, bytes]) -> None:
        params, roll = Params.parse(files[PARAMS], PARAMS), Roll.parse(files[LIST], LIST)
        taken, _ = confirmed_applications(tx)
        openings = [
            Opening(u.unit_id, tuple((r, bytes.fromhex(s)) for r, s in zip(u.records, u.salts, strict=True)))
            for u in tx.draws.units(draw)
        ]
        findings = match_roll(params, roll, openings, [entry_of(application) for application in taken])
        if findings:
            numbers = {a.record: a.number for a in tx.applications.all()}
            first = findings[0]
            place = (
                f"受付番号 {numbers[first.record]:04}" if first.record in numbers else f"抽選番号 {first.id}"
            )
            raise IntegrityFailure(
                f"抽選名簿が、区の確認した応募と一対一に合いません（{len(findings)}か所）: {MISMATCH_WORDS[first.problem]}",
                where=place,
                next_step="署名していません。委託先に連絡し、名簿を確かめてください",
            )

    def open_seals(self, absent: bool = False) -> Ceremony:
        """Step 3. The contractor records both secrets; the ward checks and signs. Before the first die.

        `absent`: record the ward as ABSENT because its opening never came.
        """
        site = self._desk.actor.site
        with self._desk.writing(Right.DRAW) as tx:
            if site is Site.CONTRACTOR:
                draw, files = self._turn(tx, Step.OPEN_CONTRACTOR)
                frozen, commits = Freeze.parse(files[FREEZE], FREEZE), Commits.parse(files[COMMITS], COMMITS)
                opened = ceremony.open_seals(frozen, commits, {s: files.get(reveal_name(s)) for s in Site})
                if opened.contractor is None:
                    raise IntegrityFailure("自分の封印が開きません", where=reveal_name(site))
                if opened.ward is None and not absent:
                    raise Refused(
                        "区の封印の中身が届いていないか、封印と合いません",
                        next_step="送受信をやり直してください。届かないまま進めるには --absent を付けます",
                    )
                mine = reveal_name(site)
                shared = {OPENED: opened.to_bytes()}
                self._put(tx, draw, shared)
                self._send(tx, draw, "open", shared | self._sign(tx, draw, OPENED) | {mine: files[mine]})
            else:
                draw, _ = self._turn(tx, Step.OPEN_WARD)
                self._send(tx, draw, "open", self._sign(tx, draw, OPENED))
        self._exchange.flush()
        return self.status()

    def dice(self, digits: str) -> Ceremony:
        """Step 4. Type the twenty digits as they stand on the paper; when both sites' are there, step 5 follows."""
        site = self._desk.actor.site
        digits = "".join(digits.split())
        if len(digits) != 20 or not digits.isascii() or not digits.isdigit():
            raise Refused(
                "さいころの数字は20個（0〜9）です",
                where=f"{len(digits)}文字",
                next_step="紙の記録のとおりに、左から入力してください",
            )
        with self._desk.writing(Right.DRAW) as tx:
            own = Step.DICE_CONTRACTOR if site is Site.CONTRACTOR else Step.DICE_WARD
            draw, files = self._turn(tx, Step.DICE, own)
            dice = Dice(draw, sha256_hex(files[OPENED]), site, digits)
            other = files.get(dice_name(site.other))
            if other is not None and Dice.parse(other, dice_name(site.other)).digits != digits:
                raise Refused(
                    f"{SITE_WORDS[site.other]}が入力した数字と違います。まだ何も記録していません",
                    next_step="紙の記録を両者で読み直してください。振り直しはできません",
                )
            self._put(tx, draw, {dice.file_name: dice.to_bytes()})
            shared = {dice.file_name: dice.to_bytes()} | self._sign(tx, draw, dice.file_name)
            if other is not None:
                shared |= self._compute(tx, draw)
            self._send(tx, draw, "dice", shared)
        self._exchange.flush()
        return self.status()

    def draw(self) -> Ceremony:
        """Step 5. Compute the result from what both sites have signed, and sign it."""
        site = self._desk.actor.site
        own = Step.DRAW_CONTRACTOR if site is Site.CONTRACTOR else Step.DRAW_WARD
        with self._desk.writing(Right.DRAW) as tx:
            draw = current_draw(tx)
            files = tx.draws.files(draw) if draw else {}
            if draw and step_of(files) is Step.DRAW_CONTRACTOR and site is Site.WARD:
                own = (
                    Step.DRAW_CONTRACTOR
                )  # the second of the two dice fell here: no need to wait for the other
            draw, _ = self._turn(tx, own)
            self._send(tx, draw, "draw", self._compute(tx, draw))
        self._exchange.flush()
        return self.status()

    def _compute(self, tx: Tx, draw: str) -> dict[str, bytes]:
        seed, result = compute(tx.draws.files(draw))
        shared = {SEED_INPUT: seed.to_bytes(), RESULT: result.to_bytes()}
        self._put(tx, draw, shared)
        write_line(
            self._desk, tx, Act.DRAW, Content.DRAW_FILES, len(result.lines), Unit.RECORDS, ref=f"draw:{draw}"
        )
        return shared | self._sign(tx, draw, RESULT)

    # -- what both steps share --------------------------------------------------------------------------

    def _turn(self, tx: Tx, *due: Step) -> tuple[str, dict[str, bytes]]:
        """(draw, files), if one of `due` is what is due. Raises `Refused` saying whose turn it is otherwise."""
        draw = current_draw(tx)
        files = tx.draws.files(draw) if draw else {}
        step = step_of(files)
        if step not in due:
            raise Refused(
                f"いまはこの手順の番ではありません。{SENTENCES[step]}",
                next_step="送受信で最新の状態にしてください",
            )
        return draw or params_of(programme_of(tx), 1, None).draw, files

    def _put(self, tx: Tx, draw: str, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            tx.draws.put_file(draw, name, data, self._desk.now())

    def _sign(self, tx: Tx, draw: str, name: str) -> dict[str, bytes]:
        """Sign a stored file with the site's key; returns {signature name: signature}."""
        key = Ed25519PrivateKey.from_private_bytes(site_keys(tx).signing.raw)
        signature = {signature_name(name, self._desk.actor.site): sign(key, name, tx.draws.files(draw)[name])}
        self._put(tx, draw, signature)
        return signature

    def _send(self, tx: Tx, draw: str, step: str, files: Mapping[str, bytes]) -> None:
        self._desk.log(tx, f"draw_{step}", draw)
        self._exchange.seal(tx, "draw", {"draw.txt": f"{draw}\n".encode(), **files}, {"files": len(files)})

    def publication(self) -> tuple[str, dict[str, bytes]]:
        """(draw, files for the public folder with both sites' public keys). No personal data, no salts, no early reveals."""
        with self._desk.reading() as tx:
            draw = current_draw(tx)
            if draw is None:
                raise Refused("公開できる抽選がまだありません", next_step="抽選を行ってください")
            files = tx.draws.files(draw)
            keys = {
                self._desk.actor.site: site_keys(tx).signing.public.pem,
                self._desk.actor.site.other: need_partner(tx).signing.pem,
            }
        public = {name: data for name, data in files.items() if is_public(name, files)}
        if EVENTS in files:  # before the first event the result itself is the standing
            result = Result.parse(files[RESULT], RESULT)
            log = EventLog.parse(files[EVENTS], result.sha256)
            public[STANDING] = replay(Params.parse(files[PARAMS], PARAMS), result, log.events).to_bytes()
        return draw, public | {f"{site}.pem": pem for site, pem in keys.items()}


def _row(draw: str, opening: Opening) -> DrawUnit:
    return DrawUnit(
        draw,
        opening.id,
        tuple(record for record, _ in opening.salts),
        tuple(salt.hex() for _, salt in opening.salts),
    )


def _opening_row(opening: Opening) -> dict[str, object]:
    return {
        "id": opening.id,
        "members": [{"record": record, "salt": salt.hex()} for record, salt in opening.salts],
    }
