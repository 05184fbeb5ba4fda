"""Who was confirmed in ⑤, or keyed at the ward's counter, and would be on no roll: what is asked before a roll is signed.

A word of ⑤ is about a person's items, not about how the application stands. So the contractor alone could leave somebody out
by holding or refusing them after the word, and take them back once the roll is signed. Of what the ward's counter handed over there
may be no word at all: sent back as refused it never is under review.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import Application, State
from core.errors import IntegrityFailure, Refused
from core.office.blanking import is_blanked
from core.office.counter import records_away, records_handed
from core.office.desk import Desk, programme_of
from core.office.forms import DESK_NUMBERS
from core.office.ports import Tx
from core.office.review import APPLICANTS

_OUT = (State.HELD, State.REFUSED, State.WITHDRAWN)
_SHOWN = 8


@dataclass(frozen=True)
class Dropped:
    """受付番号 of whom the roll of this round would miss though the ward knows them well."""

    held: tuple[int, ...] = ()
    """Confirmed once, and on hold since: undecided. No roll is signed so."""
    refused: tuple[int, ...] = ()
    """Refused though the ward's last word confirms them, or its counter handed them over: the ward has to agree by naming them."""
    withdrawn: tuple[int, ...] = ()
    """Confirmed once, or handed over, and withdrawn since: told to whoever signs."""
    away: tuple[int, ...] = ()
    """Handed over by the ward's counter, and not come back with ③. No roll is signed so."""

    @property
    def sentences(self) -> list[str]:
        """For whoever is about to freeze or sign: one a kind."""
        told = (
            ("区が確認したあとで保留になった応募（決まるまで進めません）", self.held),
            ("確認・窓口受付のあとで不受理になった応募（名簿に入りません）", self.refused),
            ("確認・窓口受付のあとで取り下げられた応募（名簿に入りません）", self.withdrawn),
            ("委託先に渡し、③で戻っていない窓口の応募（戻るまで進めません）", self.away),
        )
        return [f"{words}: {listed(numbers)}" for words, numbers in told if numbers]


NOBODY_DROPPED = Dropped()


def listed(numbers: tuple[int, ...]) -> str:
    """受付番号 in a sentence: the first of them, and how many there are where there are more."""
    more = f" ほか（計{len(numbers)}件）" if len(numbers) > _SHOWN else ""
    return "、".join(f"{number:04}" for number in numbers[:_SHOWN]) + more


def dropped(tx: Tx, round_: int) -> Dropped:
    """Over this vault, of those who could have been drawn in this round. Both sites ask it; only the ward has a counter."""
    here = {outing.code for outing in programme_of(tx).outings if outing.round == round_}
    among = tx.applications.all(_OUT)
    words = tx.reviews.latest(APPLICANTS, [one.record for one in among])
    kept = records_away(tx) - records_handed(tx)
    out: dict[State, list[int]] = {state: [] for state in _OUT}
    for one in among:
        word = words.get(one.record)
        if is_blanked(one) or (
            one.state is State.REFUSED and word is not None and word.verdict == "returned"
        ):
            continue  # the ward has agreed: to their erasure, or by returning them
        if word is None and one.number in DESK_NUMBERS and one.record not in kept:
            known = one.state is not State.HELD and _wishes(tx, one, here)
        else:
            known = word is not None and _wished(tx, one, here)
        if known:
            out[one.state].append(one.number)
    away = tx.applications.by_records(list(records_away(tx) & records_handed(tx)))
    return Dropped(
        held=tuple(sorted(out[State.HELD])),
        refused=tuple(sorted(out[State.REFUSED])),
        withdrawn=tuple(sorted(out[State.WITHDRAWN])),
        away=tuple(one.number for one in away if not is_blanked(one)),
    )


def _wished(tx: Tx, one: Application, here: set[str]) -> bool:
    """Whether a version that the ward confirmed wished for an outing of this round, or cannot be found any more.

    Not the version of now: wishes changed together with the state would hide that somebody was left out.
    """
    confirmed = tx.reviews.ever_confirmed(APPLICANTS, one.record)
    if not confirmed:
        return False
    known = [v for v, _, _ in tx.applications.history(one.number) if v.version_hash in confirmed]
    return not known or any(not here.isdisjoint(version.applicant.preferences) for version in known)


def _wishes(tx: Tx, one: Application, here: set[str]) -> bool:
    """Whether any version of what the counter keyed wished for an outing of this round."""
    known = tx.applications.history(one.number)
    return any(not here.isdisjoint(version.applicant.preferences) for version, _, _ in known)


def need_nobody_dropped(tx: Tx, round_: int) -> None:
    """At the ward: raises `IntegrityFailure` for whom the roll misses only by how the contractor says they stand."""
    out = dropped(tx, round_)
    if out.held:
        raise IntegrityFailure(
            f"点検⑤で確認したあとで、委託先が保留にした応募があります（{len(out.held)}件）",
            where=f"受付番号 {listed(out.held)}",
            next_step="署名していません。委託先に連絡し、受け付けるか不受理にするかを決めて、送り直してもらってください",
        )
    if out.away:
        raise IntegrityFailure(
            f"委託先に渡した窓口の応募が、応募者データ③で戻っていません（{len(out.away)}件）",
            where=f"受付番号 {listed(out.away)}",
            next_step="署名していません。委託先に連絡し、媒体を取り込んで③で送ってもらってください。"
            "媒体が届いていなければ、F2 の「※媒体で渡す」（s）でもう一度書けます",
        )


def need_agreed(desk: Desk, tx: Tx, round_: int, without: frozenset[int]) -> None:
    """At the ward: raises `Refused` unless `without` names just those refused since it confirmed them. Logged."""
    refused = dropped(tx, round_).refused
    if without != set(refused):
        raise Refused(
            f"点検⑤の確認・窓口受付のあとで、委託先が不受理にした応募があります（{len(refused)}件）"
            if refused
            else "不受理を認める番号の応募は、いまは不受理ではありません",
            where=f"受付番号 {listed(refused or tuple(sorted(without)))}",
            next_step="署名していません。委託先に理由を確かめ、認めるときは F3 の「名簿に署名する」（ikiiki lottery freeze "
            "--without 番号）でもう一度署名してください。認めないときは「取りやめ」を選びます"
            if refused
            else "署名していません。ikiiki lottery status（F3）で、いまの番号を確かめてください",
        )
    if refused:
        desk.log(tx, "draw_left_out", f"no={','.join(map(str, refused))}")
