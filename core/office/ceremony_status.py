"""How far the draw is, whose turn it is, and what there is to see: what both faces show of the ceremony."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.applicant import State
from core.canonical import sha256_hex
from core.draw import ceremony
from core.draw.abandoned import REASON_WORDS, Abandoned, abandoned_name
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll, small_classes
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.steps import COMMITS, SEED_INPUT, Commits, Dice, SeedInput, dice_name, reveal_name
from core.office.drawing import (
    BY_BEACON,
    RESULT_FIXED,
    SENTENCES,
    Step,
    going_step,
    is_public,
    step_of,
    words_against,
)
from core.office.dropped import NOBODY_DROPPED, Dropped, dropped
from core.office.finished import Kept
from core.office.plans import next_plan, plan_now
from core.office.ports import Tx
from core.office.review import applicants_status
from core.roles import Site


@dataclass(frozen=True)
class Ceremony:
    """What the 抽選 pane and `ikiiki lottery status` show."""

    draw: str
    step: Step
    sentence: str
    """Who must do what next."""
    mine: bool
    """Whether this site can go on now."""
    hashes: Mapping[str, str]
    """SHA-256 of the public files there are, by name."""
    signatures: Mapping[str, tuple[Site, ...]]
    digits: Mapping[Site, str]
    """The dice each site has typed; the other site's only once this one has typed its own, so that neither copies."""
    units: int
    seats: Mapping[str, tuple[int, int]]
    """By outing: (seats taken by the draw, seats drawn)."""
    seed: str
    small_classes: int
    """How many kinds (size, tickets, courses) fewer than five units share: worth knowing before publishing."""
    left_out: tuple[int, ...] = ()
    """Before this site freezes or signs: 受付番号 of accepted applications that the roll leaves out, unconfirmed or returned."""
    review_open: int = 0
    """At the contractor before the freeze: how many applications still lack the ward's word."""
    held: int = 0
    """Before this site freezes or signs: how many applications are 保留, and so in no roll."""
    dropped: Dropped = NOBODY_DROPPED
    """Before this site freezes or signs: whom the roll would miss though the ward had confirmed or keyed them."""
    unopened: bool = False
    """At the contractor in step 3: the ward signed without an opening that counts; nothing but ABSENT goes on."""
    going: Step = Step.SEAL_CONTRACTOR
    """The step at which the draw stands, also while somebody asks to abandon it."""
    round: int = 1
    beacon: tuple[str, str] | None = None
    """Name and round of the public beacon whose value is typed in, in place of dice."""
    against: Mapping[Site, str] | None = None
    """Who asks to abandon the draw, and why, in words."""
    next_draw: str = ""
    """After a finished draw: the draw of the next round, if there is one."""
    abandoned: tuple[str, ...] = ()
    """Draws of this year that were abandoned: each is published, too."""

    @property
    def publishable(self) -> tuple[str, ...]:
        """The draws whose public folder can be written, newest first: this one once it is finished, and the abandoned."""
        return (*([self.draw] if self.step is Step.DONE else []), *reversed(self.abandoned))

    @property
    def can_abandon(self) -> bool:
        """Whether there is something to abandon: a draw that has begun, and whose result is not fixed."""
        return PARAMS in self.hashes and self.going not in RESULT_FIXED


@dataclass(frozen=True)
class Laid:
    """What a draw's large files say: read once for each state of them, the pane asks every few seconds."""

    hashes: Mapping[str, str]
    units: int
    small_classes: int
    seats: Mapping[str, tuple[int, int]]


def _laid(files: Mapping[str, bytes]) -> Laid:
    roll = Roll.parse(files[LIST], LIST) if LIST in files else None
    public = {name: data for name, data in sorted(files.items()) if is_public(name, files)}
    return Laid(
        hashes={name: sha256_hex(data) for name, data in public.items() if not name.endswith(".sig")},
        units=len(roll.lines) if roll else 0,
        small_classes=small_classes(roll) if roll else 0,
        seats=_seats(Params.parse(files[PARAMS], PARAMS) if PARAMS in files else None, files),
    )


def ceremony_of(tx: Tx, site: Site, kept: Kept[Laid]) -> Ceremony:
    """The draw that is due or going on, as `site` sees it. `kept`: what was read of its files before."""
    plan, files = plan_now(tx)
    laid = kept.get(plan.draw, tx.draws.state(plan.draw), lambda: _laid(files))
    step = step_of(files)
    sentence, mine = SENTENCES[step], _is_turn(step, site)
    left: list[int] = []
    review_open = held = 0
    unopened = False
    out = NOBODY_DROPPED
    if step is Step.FREEZE_CONTRACTOR:
        review = applicants_status(tx)
        review_open = 0 if review.done or site is Site.WARD else max(1, review.open)
        if review_open:
            sentence, mine = f"区の点検⑤を待っています（残り {review_open}件）", False
    about_to = step is (Step.FREEZE_CONTRACTOR if site is Site.CONTRACTOR else Step.FREEZE_WARD)
    if about_to or step is Step.FREEZE_CONTRACTOR:
        left = tx.review_list.unconfirmed()
    if about_to:
        held, out = tx.applications.counts().get(State.HELD, 0), dropped(tx, plan.round)
    if step is Step.OPEN_CONTRACTOR and site is Site.CONTRACTOR:
        commits, theirs = Commits.parse(files[COMMITS], COMMITS), files.get(reveal_name(Site.WARD))
        unopened = ceremony.read_reveal(plan.draw, commits, Site.WARD, theirs) is None
        if unopened:
            sentence = "区の封の中身がありません。「相手欠席で開封」か「取りやめ」を選びます"
    params = Params.parse(files[PARAMS], PARAMS) if PARAMS in files else None
    if params and params.beacon and step in BY_BEACON:
        sentence = BY_BEACON[step]
    following = next_plan(tx)
    return Ceremony(
        draw=plan.draw,
        step=step,
        sentence=sentence,
        mine=mine,
        hashes=laid.hashes,
        signatures={
            name: tuple(s for s in Site if signature_name(name, s) in files)
            for name in sorted(files) if not name.endswith(".sig")
        },
        digits=_digits(site, files),
        units=laid.units,
        seats=laid.seats,
        seed=SeedInput.parse(files[SEED_INPUT], SEED_INPUT).seed if SEED_INPUT in files else "",
        small_classes=laid.small_classes,
        left_out=tuple(left),
        review_open=review_open,
        held=held,
        dropped=out,
        unopened=unopened,
        going=going_step(files),
        round=plan.round,
        beacon=params.beacon if params else None,
        against={
            party: REASON_WORDS[Abandoned.parse(files[abandoned_name(party)], abandoned_name(party)).reason]
            for party in words_against(files)
        },
        next_draw=following.draw if following else "",
        abandoned=tuple(
            name for name in tx.draws.names() if step_of(tx.draws.files(name)) is Step.ABANDONED
        ),
    )  # fmt: skip


def _is_turn(step: Step, site: Site) -> bool:
    return step in (Step.DICE, Step.DICE_DIFFER) or (
        step is not Step.DONE and step.value.endswith(f"_{site.value}")
    )


def _digits(site: Site, files: Mapping[str, bytes]) -> dict[Site, str]:
    if dice_name(site) not in files:
        return {}
    return {s: Dice.parse(files[dice_name(s)], dice_name(s)).digits for s in Site if dice_name(s) in files}


def _seats(params: Params | None, files: Mapping[str, bytes]) -> dict[str, tuple[int, int]]:
    if params is None:
        return {}
    taken: dict[str, int] = {}
    if RESULT in files:
        for line in Result.parse(files[RESULT], RESULT).lines:
            if line.course:
                taken[line.course] = taken.get(line.course, 0) + line.size
    return {course.code: (taken.get(course.code, 0), course.room) for course in params.courses}
