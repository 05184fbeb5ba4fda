"""The draw ⑥ as a ceremony between two sites: whose turn it is, and that site's next signed part.

Each part is one write transaction that stores the files, signs them with the site's key and seals the bundle that
carries them. What the other site sends is checked file by file before it is stored; a result is recomputed here
first, and refused when it differs. Order and files: docs/formats.md, "hkr1".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.applicant import Application
from core.canonical import sha256_hex
from core.draw import ceremony, engine
from core.draw.matching import MISMATCH_WORDS, match_roll
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll, check_roll, small_classes
from core.draw.rules import PARAMS, Course, Params, Publish
from core.draw.signing import SIGNED_BY, is_signed, sign, signature_name
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Commits,
    Dice,
    Freeze,
    Opened,
    Reveal,
    SeedInput,
    dice_name,
    reveal_name,
)  # fmt: skip
from core.draw.units import UNIT_PROBLEM_WORDS, Entry, Opening, number_units, shapes
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, programme_of
from core.office.exchange import Exchange, from_jsonl, jsonl
from core.office.exchange import Opened as Bundle
from core.office.keyring import need_partner, site_keys
from core.office.ledger import write_line
from core.office.ports import DrawUnit, Tx
from core.office.review import applicants_status, confirmed_applications
from core.programme import Programme
from core.roles import SITE_WORDS, Right, Site

SEAL = "seal-contractor.txt"
"""The contractor's seal before there is a commits.txt: one line of it. Not part of the published folder."""
OPENINGS = "openings.jsonl"


class Step(StrEnum):
    """What is due next in a draw."""

    SEAL_CONTRACTOR = "seal_contractor"
    SEAL_WARD = "seal_ward"
    FREEZE_CONTRACTOR = "freeze_contractor"
    FREEZE_WARD = "freeze_ward"
    OPEN_CONTRACTOR = "open_contractor"
    OPEN_WARD = "open_ward"
    DICE = "dice"
    DICE_CONTRACTOR = "dice_contractor"
    DICE_WARD = "dice_ward"
    DRAW_CONTRACTOR = "draw_contractor"
    DRAW_WARD = "draw_ward"
    DONE = "done"


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


_SENTENCES = {
    Step.SEAL_CONTRACTOR: "委託先が「封印をつくる」を行います",
    Step.SEAL_WARD: "区が「封印をつくる」を行います（応募者の点検のとき）",
    Step.FREEZE_CONTRACTOR: "委託先が「名簿の確定」を行います（区の点検⑤がすべて済んでから）",
    Step.FREEZE_WARD: "区が名簿を確かめ、「名簿の確定」に署名します",
    Step.OPEN_CONTRACTOR: "委託先が「開封」を行います",
    Step.OPEN_WARD: "区が開封の記録を確かめ、署名します。確認番号を電話で読み合わせてください",
    Step.DICE: "両者がさいころの数字を、それぞれ紙の記録から入力します",
    Step.DICE_CONTRACTOR: "委託先がさいころの数字を紙の記録から入力します",
    Step.DICE_WARD: "区がさいころの数字を紙の記録から入力します",
    Step.DRAW_CONTRACTOR: "委託先が抽選を計算し、結果に署名します",
    Step.DRAW_WARD: "区が自分の端末で抽選を計算し、結果に署名します",
    Step.DONE: "抽選は終わりました。公開フォルダの verify.sh でだれでも確かめられます",
}

_FROM: dict[Site, frozenset[str]] = {
    Site.CONTRACTOR: frozenset({PARAMS, SEAL, LIST, FREEZE, OPENED, reveal_name(Site.CONTRACTOR), dice_name(Site.CONTRACTOR), SEED_INPUT, RESULT}),
    Site.WARD: frozenset({COMMITS, reveal_name(Site.WARD), dice_name(Site.WARD), SEED_INPUT, RESULT}),
}  # fmt: skip
"""Which files a site may send; signatures of its own under any file besides."""


def current_draw(tx: Tx) -> str | None:
    """The newest draw, None before the first seal."""
    names = tx.draws.names()
    return names[-1] if names else None


def step_of(files: Mapping[str, bytes]) -> Step:
    """What is due next, seen from the files there are."""

    def signed(name: str, site: Site) -> bool:
        return signature_name(name, site) in files

    if PARAMS not in files:
        return Step.SEAL_CONTRACTOR
    if COMMITS not in files:
        return Step.SEAL_WARD
    if FREEZE not in files:
        return Step.FREEZE_CONTRACTOR
    if not signed(FREEZE, Site.WARD):
        return Step.FREEZE_WARD
    if OPENED not in files:
        return Step.OPEN_CONTRACTOR
    if not signed(OPENED, Site.WARD):
        return Step.OPEN_WARD
    missing = [site for site in Site if dice_name(site) not in files]
    if len(missing) == 2:
        return Step.DICE
    if missing:
        return Step.DICE_CONTRACTOR if missing[0] is Site.CONTRACTOR else Step.DICE_WARD
    if not signed(RESULT, Site.CONTRACTOR):
        return Step.DRAW_CONTRACTOR
    if not signed(RESULT, Site.WARD):
        return Step.DRAW_WARD
    return Step.DONE


def params_of(programme: Programme, number: int, previous: str | None) -> Params:
    """The rules of draw `number`, the same bytes at both sites."""
    return Params(
        draw=f"{programme.code}-{programme.fiscal_year}-{number}",
        previous=previous,
        courses=tuple(
            sorted((Course(o.code, o.capacity, o.reserved) for o in programme.outings), key=lambda c: c.code)
        ),
        max_size=programme.draw.largest_group,
        max_tickets=programme.draw.max_tickets,
        publish=Publish(programme.draw.publish),
    )


def entry_of(application: Application) -> Entry:
    """A confirmed application as the draw sees it."""
    applicant = application.applicant
    if applicant.birth_date is None:
        raise Refused(
            "生年月日のない応募は抽選に入れられません",
            where=f"受付番号 {application.number:04}",
            next_step="生年月日を訂正し、区の点検を受けてください",
        )
    return Entry(
        application.record,
        applicant.kana,
        applicant.birth_date,
        applicant.preferences,
        applicant.group,
        application.number,
    )


def compute(files: Mapping[str, bytes]) -> tuple[SeedInput, Result]:
    """The draw from its files: both dice must be there and alike. Pure; the same at both sites."""
    params = Params.parse(files[PARAMS], PARAMS)
    roll = Roll.parse(files[LIST], LIST)
    opened = Opened.parse(files[OPENED], OPENED)
    dice = {
        site: Dice.parse(files[dice_name(site)], dice_name(site)) for site in Site if dice_name(site) in files
    }
    seed = ceremony.seed_input(params, opened, dice)
    return seed, engine.run(params, roll, seed)


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
        turn = step is Step.DICE or step.value.endswith(site.value)
        public = {name: data for name, data in files.items() if self._is_public(name, files)}
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
            sentence=_SENTENCES[step],
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
        )  # fmt: skip

    @staticmethod
    def _is_public(name: str, files: Mapping[str, bytes]) -> bool:
        """A reveal is secret until the opening is on record; seals before commits.txt are no public file."""
        return name != SEAL and (not name.startswith("reveal-") or OPENED in files)

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
            taken, _ = confirmed_applications(tx)
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
                f"いまはこの手順の番ではありません。{_SENTENCES[step]}",
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

    # -- the other site's part --------------------------------------------------------------------------

    def take_in(self, tx: Tx, bundle: Bundle, name: str) -> None:
        """Check and store what the other site sent of the draw. Raises `IntegrityFailure`, storing nothing."""
        sender = self._desk.actor.site.other
        public = Ed25519PublicKey.from_public_bytes(need_partner(tx).signing.raw)
        entries = {
            k: v for k, v in bundle.entries.items() if k in _FROM[sender] or k.endswith((".sig", ".jsonl"))
        }
        draw = bundle.entries.get("draw.txt", b"").decode("ascii", "replace").strip()
        expected = current_draw(tx) or params_of(programme_of(tx), 1, None).draw
        if draw != expected:
            raise IntegrityFailure("別の抽選の記録が届きました", where=name)
        files = {**tx.draws.files(draw)} if current_draw(tx) else {}
        for entry, data in entries.items():
            if entry.endswith(".jsonl"):
                continue
            if entry in files and files[entry] != data:
                raise IntegrityFailure(f"すでにある記録と内容の違う {entry} が届きました", where=name)
            files[entry] = data
        for entry in entries:
            if entry.endswith(".sig"):
                signed = entry.removesuffix(f".{sender}.sig")
                if (
                    signed == entry
                    or signed not in files
                    or not is_signed(public, signed, files[signed], files[entry])
                ):
                    raise IntegrityFailure("抽選の記録の署名が合いません", where=f"{name} {entry}")
            elif (
                entry in SIGNED_BY
                and sender in SIGNED_BY[entry]
                and signature_name(entry, sender) not in files
            ):
                raise IntegrityFailure("抽選の記録に署名がありません", where=f"{name} {entry}")
        self._check(tx, files, name)
        self._put(tx, draw, {k: v for k, v in entries.items() if not k.endswith(".jsonl")})
        if OPENINGS in bundle.entries:
            tx.draws.put_units(
                [_from_opening_row(draw, row) for row in from_jsonl(bundle.entries[OPENINGS], OPENINGS)]
            )

    def _check(self, tx: Tx, files: Mapping[str, bytes], name: str) -> None:
        """Everything that must hold between the files, as far as they go."""
        params = Params.parse(files[PARAMS], PARAMS) if PARAMS in files else None
        if params is None or params != params_of(programme_of(tx), params.number, params.previous):
            raise IntegrityFailure("抽選の規則が、こちらの事業の設定と違います", where=f"{name} {PARAMS}")
        commits = Commits.parse(files[COMMITS], COMMITS) if COMMITS in files else None
        if commits and f"{commits.contractor}  {reveal_name(Site.CONTRACTOR)}\n".encode() != files.get(SEAL):
            raise IntegrityFailure(
                "封印の一覧に、委託先の封印が正しく入っていません", where=f"{name} {COMMITS}"
            )
        if FREEZE in files and commits:
            roll = Roll.parse(files[LIST], LIST)
            check_roll(params, roll)
            if Freeze.parse(files[FREEZE], FREEZE) != ceremony.freeze(params, commits, roll):
                raise IntegrityFailure("名簿の確定が、規則・封印・名簿と合いません", where=f"{name} {FREEZE}")
        if OPENED in files and commits:
            opened = Opened.parse(files[OPENED], OPENED)
            frozen = Freeze.parse(files[FREEZE], FREEZE)
            if opened != ceremony.open_seals(frozen, commits, {s: files.get(reveal_name(s)) for s in Site}):
                raise IntegrityFailure("開封の記録が、封印と合いません", where=f"{name} {OPENED}")
        for site in Site:
            if dice_name(site) in files and Dice.parse(
                files[dice_name(site)], dice_name(site)
            ).opened != sha256_hex(files[OPENED]):
                raise IntegrityFailure(
                    "さいころの記録が、この開封のものではありません", where=f"{name} {dice_name(site)}"
                )
        if RESULT in files:
            seed, result = compute(files)
            if files[RESULT] != result.to_bytes() or files.get(SEED_INPUT) != seed.to_bytes():
                raise IntegrityFailure(
                    "届いた抽選結果が、こちらで計算した結果と違います。受け入れていません",
                    where=f"{name} {RESULT}",
                    next_step="相手に連絡し、両者の記録を見比べてください",
                )

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
        public = {
            name: data for name, data in files.items() if self._is_public(name, files) and "jsonl" not in name
        }
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


def _from_opening_row(draw: str, row: Mapping[str, object]) -> DrawUnit:
    members = row.get("members")
    try:
        assert isinstance(members, list)
        return DrawUnit(
            draw,
            str(row["id"]),
            tuple(str(m["record"]) for m in members),
            tuple(bytes.fromhex(m["salt"]).hex() for m in members),
        )
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise IntegrityFailure("抽選名簿の開示が読めません", where=OPENINGS) from error
