"""The draw ⑥ as a ceremony between two sites: whose turn it is, and that site's next signed part.

Each part is one write transaction that stores the files, signs them with the site's key and seals the bundle that
carries them. What the other site sends is checked file by file before it is stored; a result is recomputed here
first, and refused when it differs. Order and files: docs/formats.md, "hkr1".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping

from core.canonical import sha256_hex
from core.draw import ceremony
from core.draw.abandoned import Abandoned, Reason, abandoned_name, reached_by
from core.draw.matching import MISMATCH_WORDS, match_roll
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.signing import sign, signature_name
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Commits,
    Dice,
    Freeze,
    Reveal,
    dice_name,
    reveal_name,
)  # fmt: skip
from core.draw.units import UNIT_PROBLEM_WORDS, Entry, number_units, shapes
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.beacon import beacon_found, digits_typed, need_future
from core.office.ceremony_status import Ceremony, Laid, ceremony_of
from core.office.desk import Desk, programme_of
from core.office.draw_keys import own_draw_key
from core.office.drawing import (
    OPENINGS,
    RESULT_FIXED,
    SEAL,
    SENTENCES,
    Step,
    compute,
    entry_of,
    going_step,
    step_of,
)
from core.office.dropped import dropped, listed, need_agreed, need_nobody_dropped
from core.office.exchange import Exchange
from core.office.finished import Kept
from core.office.ledger import write_line
from core.office.openings import opening_of, stored, write_openings
from core.office.plans import Plan, next_plan, params_of, plan_now
from core.office.ports import Tx
from core.office.review import APPLICANTS, applicants_status, confirmed_applications, said
from core.office.rules import seal_programme
from core.office.second import freezing, need_second, signing
from core.office.steps_again import seal_step
from core.programme import Programme
from core.roles import SITE_WORDS, Right, Site


class Lottery:
    """The use cases of the 抽選 pane and `ikiiki lottery`."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange
        self._laid = Kept[Laid]()

    def status(self) -> Ceremony:
        with self._desk.reading() as tx:
            return ceremony_of(tx, self._desk.actor.site, self._laid)

    # -- the five steps ---------------------------------------------------------------------------------

    def seal(self, beacon: tuple[str, str] | None = None) -> Ceremony:
        """Step 1. The contractor fixes the rules and seals its secret; then the ward seals its own.

        `beacon`: name and round of a public beacon, which the contractor names where no witness of both sites will stand
        by the dice. After a finished draw the contractor thereby begins that of the next round.
        """
        site = self._desk.actor.site
        with self._desk.writing(Right.DRAW) as tx:
            plan, files = self._begin(tx) if site is Site.CONTRACTOR else self._turn(tx, Step.SEAL_WARD)
            draw = plan.draw
            if site is Site.WARD and beacon:
                raise Refused("公開乱数を決めるのは委託先です")
            if site is Site.WARD:
                beacon = Params.parse(files[PARAMS], PARAMS).beacon
            need_future(beacon, self._desk.now())
            reveal = Reveal(draw, site, self._desk.entropy(32).hex())
            mine = {reveal.file_name: reveal.to_bytes()}
            seal = sha256_hex(mine[reveal.file_name])
            if site is Site.CONTRACTOR:
                seal_programme(tx, self._exchange)  # the ward judges params.txt by the programme it holds
                params = params_of(programme_of(tx), plan, beacon)
                shared = {PARAMS: params.to_bytes(), SEAL: f"{seal}  {reveal.file_name}\n".encode()}
                self._put(tx, draw, {**mine, **shared})
                signed = self._sign(tx, draw, PARAMS)
            else:
                commits = Commits(contractor=files[SEAL].decode()[:64], ward=seal)
                shared = {COMMITS: commits.to_bytes()}
                self._put(tx, draw, {**mine, **shared})
                signed = self._sign(tx, draw, PARAMS) | self._sign(tx, draw, COMMITS)
            self._note(tx, Act.SEAL, shared[PARAMS if site is Site.CONTRACTOR else COMMITS])
            self._send(tx, draw, "seal", shared | signed)
        self._exchange.flush()
        return self.status()

    def freeze(self, absent: bool = False, without: Collection[int] = ()) -> Ceremony:
        """Step 2. The contractor freezes the roll of what the ward confirmed; the ward checks it one to one and opens its seal.

        `absent`: the ward signs, but never opens: its secret may have been seen. Fixed before the dice.
        `without`: 受付番号 of all whom the contractor has refused since the ward confirmed them: the ward agrees to that.
        """
        if self._desk.actor.site is Site.CONTRACTOR:
            if without:
                raise Refused("不受理を認めて署名するのは区です", next_step="委託先は、そのまま確定します")
            if absent:
                raise Refused(
                    "封印を開けないことを選べるのは区だけです", next_step="委託先は「取りやめ」を使います"
                )
            self._freeze_roll()
        else:
            self._sign_freeze(absent, frozenset(without))
        self._exchange.flush()
        return self.status()

    def _freeze_roll(self) -> None:
        with self._desk.writing(Right.DRAW) as tx:
            plan, files = self._turn(tx, Step.FREEZE_CONTRACTOR)
            draw = plan.draw
            review = applicants_status(tx)
            if not review.done:
                raise Refused(
                    f"区の点検⑤がまだ済んでいません（残り {review.open}件）",
                    next_step="送受信で区の点検結果を受け取ってください",
                )
            if on_hold := dropped(tx, plan.round).held:  # the ward would not sign
                raise Refused(
                    f"区が確認したあとで保留になった応募があります（{len(on_hold)}件）",
                    where=f"受付番号 {listed(on_hold)}",
                    next_step="F2 受付（h で保留だけ）で、受け付けるか不受理にして、区へ送ってください",
                )
            params, commits = Params.parse(files[PARAMS], PARAMS), Commits.parse(files[COMMITS], COMMITS)
            taken, left = confirmed_applications(tx)
            need_second(self._desk, tx, freezing(draw, taken))
            if not taken:
                raise Refused("区が確認した応募がひとつもありません", next_step="区の点検⑤を受けてください")
            entries = [entry_of(application) for application in taken]
            numbers = {application.record: application.number for application in taken}
            shaped, held = shapes(params, entries)
            elsewhere = other_rounds(programme_of(tx), plan.round, entries)
            held = [one for one in held if not elsewhere.issuperset(one.records)]
            if not shaped and not held:
                raise Refused("この募集回の応募がひとつもありません", next_step="応募を受け付けてください")
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
            kept = [stored(draw, unit.opening) for unit in units]
            tx.draws.put_units(kept)
            signed = self._sign(tx, draw, COMMITS) | self._sign(tx, draw, FREEZE)
            openings = write_openings(kept)
            self._desk.log(tx, "draw_left_out", f"no={','.join(str(a.number) for a in left)}")
            self._note(tx, Act.FREEZE, shared[FREEZE])
            self._send(tx, draw, "freeze", shared | signed | {OPENINGS: openings})

    def _sign_freeze(self, absent: bool, without: frozenset[int]) -> None:
        with self._desk.writing(Right.DRAW) as tx:
            plan, files = self._turn(tx, Step.FREEZE_WARD)
            draw, mine = plan.draw, reveal_name(Site.WARD)
            need_nobody_dropped(tx, plan.round)
            self._demand_one_to_one(tx, draw, files)
            need_agreed(self._desk, tx, plan.round, without)
            need_second(self._desk, tx, signing(draw, files[FREEZE], absent, without))
            if absent:
                tx.settings.put(f"withheld_{draw}", "yes")
            elif mine not in files:
                raise Refused(
                    "区の封印の中身がこの保管庫にありません",
                    where=mine,
                    next_step="開けないまま進めるには、封印を開けないこと（--absent）を選びます",
                )
            self._note(tx, Act.FREEZE, files[FREEZE])
            self._send(
                tx, draw, "freeze", self._sign(tx, draw, FREEZE) | ({} if absent else {mine: files[mine]})
            )

    def _demand_one_to_one(self, tx: Tx, draw: str, files: Mapping[str, bytes]) -> None:
        params, roll = Params.parse(files[PARAMS], PARAMS), Roll.parse(files[LIST], LIST)
        taken, left = confirmed_applications(tx)
        changed = [
            one for one in left if tx.reviews.ever_confirmed(APPLICANTS, one.record) and not said(tx, one)
        ]
        if changed:  # else a "correction" would be enough to leave somebody out
            raise IntegrityFailure(
                f"点検⑤で確認したあとに内容が変わった応募があります（{len(changed)}件）",
                where=f"受付番号 {changed[0].number:04}",
                next_step="署名していません。F7 点検で、いまの内容を確認するか差し戻してください",
            )
        openings = [opening_of(unit) for unit in tx.draws.units(draw)]
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
                plan, files = self._turn(tx, Step.OPEN_CONTRACTOR)
                draw = plan.draw
                need_future(Params.parse(files[PARAMS], PARAMS).beacon, self._desk.now())
                frozen, commits = Freeze.parse(files[FREEZE], FREEZE), Commits.parse(files[COMMITS], COMMITS)
                opened = ceremony.open_seals(frozen, commits, {s: files.get(reveal_name(s)) for s in Site})
                if opened.contractor is None:
                    raise IntegrityFailure(
                        "自分の封印の中身が、この保管庫にないか、封印と合いません",
                        where=reveal_name(site),
                        next_step="控えから復元したあとなら、中身は失われています。両者で抽選を取りやめ（ikiiki lottery abandon）、封印からやり直してください",
                    )
                if opened.ward is None and not absent:
                    raise Refused(
                        "区の封印の中身がないか、封印と合いません",
                        next_step="区に確かめてください。ないまま進めるには「相手欠席で開封」（--absent）を選びます",
                    )
                mine = reveal_name(site)
                shared = {OPENED: opened.to_bytes()}
                self._put(tx, draw, shared)
                self._note(tx, Act.OPEN, shared[OPENED])
                self._send(tx, draw, "open", shared | self._sign(tx, draw, OPENED) | {mine: files[mine]})
            else:
                plan, files = self._turn(tx, Step.OPEN_WARD)
                need_future(Params.parse(files[PARAMS], PARAMS).beacon, self._desk.now())
                self._note(tx, Act.OPEN, files[OPENED])
                self._send(tx, plan.draw, "open", self._sign(tx, plan.draw, OPENED))
        self._exchange.flush()
        return self.status()

    def dice(self, digits: str, beacon_value: str = "") -> Ceremony:
        """Step 4. Type the twenty digits as they stand on the paper; when both sites' are there, step 5 follows.

        `beacon_value`: where the rules name a beacon, the hex value of its round, looked up by this site itself, in place
        of digits ("").
        """
        site = self._desk.actor.site
        with self._desk.writing(Right.DRAW) as tx:
            own = Step.DICE_CONTRACTOR if site is Site.CONTRACTOR else Step.DICE_WARD
            plan, files = self._turn(tx, Step.DICE, own)
            draw = plan.draw
            named = Params.parse(files[PARAMS], PARAMS).beacon
            beacon = beacon_found(named, beacon_value, self._desk.now())
            dice = Dice(draw, sha256_hex(files[OPENED]), site, digits_typed(digits, named), beacon)
            other = files.get(dice_name(site.other))
            if other is not None and not ceremony.same_chance(
                Dice.parse(other, dice_name(site.other)), dataclasses.replace(dice, party=site.other)
            ):
                raise Refused(
                    f"{SITE_WORDS[site.other]}が入力した{'公開乱数の値' if beacon else '数字'}と違います。まだ何も記録していません",
                    next_step="公表元の値を、両者がそれぞれ調べ直してください"
                    if beacon
                    else "紙の記録を両者で読み直してください。振り直しはできません",
                )
            self._put(tx, draw, {dice.file_name: dice.to_bytes()})
            shared = {dice.file_name: dice.to_bytes()} | self._sign(tx, draw, dice.file_name)
            self._note(tx, Act.DICE, shared[dice.file_name])
            if other is not None:
                shared |= self._compute(tx, draw)
            self._send(tx, draw, "dice" if other is None else "draw", shared)
        self._exchange.flush()
        return self.status()

    def draw(self) -> Ceremony:
        """Step 5. Compute the result from what both sites have signed, and sign it."""
        site = self._desk.actor.site
        own = Step.DRAW_CONTRACTOR if site is Site.CONTRACTOR else Step.DRAW_WARD
        with self._desk.writing(Right.DRAW) as tx:
            if site is Site.WARD and step_of(plan_now(tx)[1]) is Step.DRAW_CONTRACTOR:
                own = Step.DRAW_CONTRACTOR  # both dice are there: no need to wait for the other
            plan, _ = self._turn(tx, own)
            self._send(tx, plan.draw, "draw", self._compute(tx, plan.draw))
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

    def abandon(self, reason: Reason) -> Ceremony:
        """Say, signed, that this draw cannot go on. With the first such word it stands still, with both it is over.

        Refused once the dice of both sites agree: from then on the result is fixed, and to drop it would be to choose.
        """
        site = self._desk.actor.site
        with self._desk.writing(Right.DRAW) as tx:
            plan, files = plan_now(tx)
            if PARAMS not in files:
                raise Refused("取りやめる抽選がありません", next_step="まだ封印もつくられていません")
            if going_step(files) in RESULT_FIXED:
                raise Refused(
                    "両者のさいころがそろったあとは、抽選を取りやめられません",
                    where=plan.draw,
                    next_step="結果はもう決まっています。抽選のあとのことは F4 参加者で記録してください",
                )
            if abandoned_name(site) in files:
                raise Refused(
                    "取りやめは、もう記録しています",
                    next_step=f"{SITE_WORDS[site.other]}の署名を待ってください",
                )
            params = sha256_hex(files[PARAMS])
            word = Abandoned(plan.draw, site, params, reached_by(files), reason)
            shared = {word.file_name: word.to_bytes()}
            self._put(tx, plan.draw, shared)
            self._note(tx, Act.CANCEL, shared[word.file_name])
            self._send(tx, plan.draw, "abandon", shared | self._sign(tx, plan.draw, word.file_name))
        self._exchange.flush()
        return self.status()

    # -- what the steps share ---------------------------------------------------------------------------

    def _begin(self, tx: Tx) -> tuple[Plan, Mapping[str, bytes]]:
        """The draw the contractor may begin: the first, the one after an abandoned one, or that of the next round."""
        following = next_plan(tx)
        return (following, {}) if following else self._turn(tx, Step.SEAL_CONTRACTOR)

    def _turn(self, tx: Tx, *due: Step) -> tuple[Plan, Mapping[str, bytes]]:
        """(draw, files), if one of `due` is what is due. Raises `Refused` saying whose turn it is otherwise."""
        plan, files = plan_now(tx)
        step = step_of(files)
        if step not in due:
            raise Refused(
                f"いまはこの手順の番ではありません。{SENTENCES[step]}",
                next_step="送受信で最新の状態にしてください",
            )
        return plan, files

    def _note(self, tx: Tx, act: Act, data: bytes) -> None:
        """A ledger line for a step of the ceremony, carrying the hash of what was signed."""
        write_line(self._desk, tx, act, Content.DRAW_FILES, 1, Unit.FILES, ref=f"sha256:{sha256_hex(data)}")

    def _put(self, tx: Tx, draw: str, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            tx.draws.put_file(draw, name, data, self._desk.now())

    def _sign(self, tx: Tx, draw: str, name: str) -> dict[str, bytes]:
        """Sign a stored file with the site's key; returns {signature name: signature}."""
        key = own_draw_key(tx, self._desk.actor.site, draw)
        signature = {signature_name(name, self._desk.actor.site): sign(key, name, tx.draws.files(draw)[name])}
        self._put(tx, draw, signature)
        return signature

    def _send(self, tx: Tx, draw: str, step: str, files: Mapping[str, bytes]) -> None:
        self._desk.log(tx, f"draw_{step}", draw)
        seal_step(tx, self._exchange, draw, files)


def other_rounds(programme: Programme, round_: int, entries: Iterable[Entry]) -> set[str]:
    """The records that wish for outings of other rounds alone: no part of this draw, and nothing wrong with them."""
    here = {outing.code for outing in programme.outings if outing.round == round_}
    return {entry.record for entry in entries if here.isdisjoint(entry.preferences)}
