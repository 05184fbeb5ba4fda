"""Whatever both sites do, in whatever order: what is kept is what would be found anew, and in the end the sites hold the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from core.applicant import State
from core.draw.abandoned import Reason
from core.errors import IkiikiError
from core.office import records, review
from core.office.choices import AsideReason
from core.office.drawing import Step
from core.office.envelope import DESK_CHANNEL
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Role
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_office_flow_kept import seen
from tests.core.office.test_office_take_back import bench_medium, copied, lose, take_back

NAMES = (
    "ナカムラ キミ",
    "コバヤシ チヨ",
    "イトウ キヨシ",
    "カトウ ヨネ",
    "ヨシダ フミ",
    "ヤマダ トク",
    "ササキ ウメ",
)


class Walk:
    """Deeds by chance at both sites."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.chance = bench, random.Random(seed)
        self.looking = {site: site.office_of(Role.MANAGER) for site in (bench.contractor, bench.ward)}
        self.names = iter(NAMES)
        self.backups: dict[Bureau, Any] = {}

    def deeds(self) -> list[Callable[[], object]]:
        c, w = self.bench.contractor, self.bench.ward
        return [
            lambda: c.key(next(self.names, NAMES[0])), self.corrected, self.corrected, self.withdrawn, c.office.records.send,
            lambda: self.refused(c, c.office.records.send), self.said, self.said, w.office.review.send,
            lambda: w.office.review.undo(APPLICANTS), lambda: w.office.review.undo(PARTICIPANTS),
            lambda: self.refused(w, w.office.review.send), self.cancelled, c.office.participants.send,
            lambda: self.refused(c, c.office.participants.send), w.office.participants.approve,
            lambda: self.refused(w, w.office.participants.approve), self.posted, self.bench.sync, self.bench.sync,
            lambda: self.counter(w), self.kept, self.lost, self.step, self.step, lambda: self.refused(*self.next_step()),
        ]  # fmt: skip

    def next_step(self) -> tuple[Bureau, Callable[[], object]]:
        """The part of the draw that is due, if any is; seldom a word against it."""
        sites = (self.bench.contractor, self.bench.ward)
        due = sites[0].office.lottery.status().step
        asked = {Step.ABANDON_CONTRACTOR: sites[0], Step.ABANDON_WARD: sites[1]}.get(due)
        if asked or self.chance.random() < 0.05:
            site = asked or self.chance.choice(sites)
            return site, lambda: site.office.lottery.abandon(Reason.NO_WITNESS)
        parts = {Step.SEAL_CONTRACTOR: 0, Step.SEAL_WARD: 1, Step.FREEZE_CONTRACTOR: 2, Step.FREEZE_WARD: 3, Step.OPEN_CONTRACTOR: 4,
                 Step.OPEN_WARD: 5, Step.DICE: 6, Step.DICE_WARD: 7, Step.DICE_CONTRACTOR: 6}  # fmt: skip
        seals = [(site, site.office.lottery.seal) for site in sites]
        return [*seals, *self.bench.ceremony()][parts.get(due, 8)]

    def step(self) -> None:
        self.bench.sync()
        self.next_step()[1]()

    def one(self, site: Bureau) -> Any:
        with site.store.read() as tx:
            return self.chance.choice(tx.applications.all())

    def corrected(self) -> None:
        what = self.chance.choice(
            [{Field.PHONE: "03-5273-0001"}, {Field.PREFERENCE: "B、A"}, {Field.PHONE: "03-5273-0002"}]
        )
        self.bench.contractor.office.intake.edit(self.one(self.bench.contractor).number, what)

    def withdrawn(self) -> None:
        self.bench.contractor.office.intake.withdraw(
            self.one(self.bench.contractor).number, "applicant_request"
        )

    def said(self) -> None:
        office, stage = self.bench.ward.office, self.chance.choice([APPLICANTS, PARTICIPANTS])
        record = self.chance.choice(office.review.rows(stage)).record
        self.chance.choice(
            [
                lambda: office.review.confirm(stage, [record]),
                lambda: office.review.confirm_rest(stage),
                lambda: office.review.return_(
                    stage, [record], "unclear" if stage == APPLICANTS else "not_resident"
                ),
            ]
        )()

    def cancelled(self) -> None:
        office = self.bench.contractor.office
        office.participants.cancel(
            self.chance.choice(office.participants.list(self.chance.choice("AB"))).unit_id
        )

    def posted(self) -> None:
        office = self.bench.contractor.office
        office.notices.dispatch(office.notices.prepare()[: self.chance.randint(1, 2)])

    def counter(self, ward: Bureau) -> None:
        ward.key(next(self.names, NAMES[1]))
        bench_medium(self.bench)

    def kept(self) -> None:
        lost = self.chance.choice([self.bench.contractor, self.bench.ward])
        self.backups[lost] = copied(lost)

    def lost(self) -> None:
        """That site goes on from its backup: by the lines alone where its partner has seen no more, else with what comes back."""
        lost, backup = self.chance.choice(list(self.backups.items()))
        self.bench.sync()
        lose(lost, backup)
        self.looking[lost] = lost.office_of(Role.MANAGER)
        try:
            lost.office.backups.settle(*self.bench.other(lost).office.handing_back.told())
        except IkiikiError:
            take_back(self.bench, lost)
        self.brought(lost)
        self.bench.sync()

    def brought(self, site: Bureau) -> None:
        """Its courier knows nothing any more, and brings whatever the partner ever put into the place of exchange."""
        with self.bench.other(site).store.read() as tx:
            for row in tx.bundles.list("out"):
                for path, data in zip((".zip", ".manifest"), tx.bundles.content(row.name), strict=True):
                    if row.channel != DESK_CHANNEL and data:
                        file = site.folder / "inbox" / f"{row.name}{path}"
                        file.write_bytes(data)
                        file.chmod(0o600)

    def refused(self, sender: Bureau, act: Callable[[], object]) -> None:
        """One of the bundles is spoiled; what was sealed behind it goes with it."""
        self.bench.sync()
        before, spoiled = set(self.sealed(sender)), self.chance.randint(0, 1)

        def bend(entries: dict[str, bytes]) -> dict[str, bytes]:
            return entries | (
                {"handover.txt": b"?"} if len(set(self.sealed(sender)) - before) >= spoiled else {}
            )

        sender.sealer.bend = bend
        try:
            act()
        finally:
            sender.sealer.bend = None
        self.bench.carry(sender)
        receiver = self.bench.other(sender)
        try:
            receiver.office.exchange.import_waiting()
        except IkiikiError:
            (name,) = receiver.office.refusals.standing().refused
            receiver.office.refusals.set_aside(name, AsideReason.CONTENT)
            receiver.office.send_due()
            self.bench.carry(receiver)
            sender.office.exchange.import_waiting()
            sender.office.voiding.void(name)
        self.bench.sync()

    def sealed(self, site: Bureau) -> list[str]:
        return [
            name
            for (name,) in site.vault.connection.execute("SELECT name FROM bundle WHERE direction = 'out'")
        ]


def unsent(site: Bureau) -> list[int]:
    """Found anew: by each version that stands and each that was sealed."""
    rows = site.vault.connection.execute(
        "SELECT number, application.version, state, sent.version FROM application"
        " LEFT JOIN application_sent AS sent USING (number) ORDER BY number"
    )
    return [
        number
        for number, version, state, sent in rows
        if (
            (state == "accepted" or (9000001 <= number < 10000000 and state in ("withdrawn", "refused")))
            if sent is None
            else sent < version
        )
    ]


def told(site: Bureau) -> dict[str, tuple[str, str]]:
    with site.store.read() as tx:
        found = tx.reviews.latest(APPLICANTS)
    return {record: (word.version_hash, word.verdict) for record, word in found.items()}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("stage", ["received", "approved"])
def test_what_is_kept_is_what_would_be_found_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, stage: str, seed: int
) -> None:
    for sender in (records, review):
        monkeypatch.setattr(sender, "MOST_IN_A_BUNDLE", 1)
    getattr(bench, stage)()
    walk = Walk(bench, seed)
    for _ in range(40):
        deed = walk.chance.choice(walk.deeds())
        with suppress(IkiikiError, IndexError):  # a rule forbids it, or there is nobody to do it to
            deed()
        for bureau, office in walk.looking.items():
            assert seen(office) == seen(bureau.office_of(Role.MANAGER)), (bureau.site, deed)
            with bureau.store.read() as tx:
                assert [one.number for one in tx.applications.unsent()] == unsent(bureau)
    bench.sync()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.send()
    bench.sync()
    with bench.contractor.store.read() as ours, bench.ward.store.read() as theirs:
        there = {one.record: one for one in theirs.applications.all()}
        for one in ours.applications.all((State.ACCEPTED,)):
            assert there[one.record].applicant == one.applicant and there[one.record].state is one.state
    assert told(bench.contractor) == told(bench.ward)
    for site in (bench.contractor, bench.ward):
        assert site.office.ledger.verify() == []
        assert site.office.refusals.standing().steps == ()
