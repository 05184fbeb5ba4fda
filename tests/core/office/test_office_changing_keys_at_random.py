"""Two offices at work in any order, changing keys as they please, bundles lost from sight and found again: in the end
both hold the same people, both ledgers hold, and nothing of an old epoch can be opened any more."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.errors import Refused
from core.office.keyring import earlier_rings, epoch_of
from core.office.pairing import KeyStage
from core.roles import Site
from storage.boxes import FolderBoxes
from tests.core.office.conftest import Bench, Bureau

LETTERS = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨ"
SITES = st.sampled_from(list(Site))


class PowerCut(Exception):
    """The machine went off here."""


class Offices(RuleBasedStateMachine):
    """Whatever is sealed is carried sooner or later; a courier may take any of it, in any order of sites."""

    @initialize()
    def found(self) -> None:
        self.base = Path(tempfile.mkdtemp())
        self.bench = Bench(*(Bureau(site, self.base / site) for site in Site))
        self.bench.pair()
        self.bench.sync(3)
        self.keyed = {site: 0 for site in Site}
        self.media: list[tuple[str, bytes, bytes]] = []

    def at(self, site: Site) -> Any:
        return self.bench.contractor if site is Site.CONTRACTOR else self.bench.ward

    @precondition(lambda self: sum(self.keyed.values()) < len(LETTERS) - 1)
    @rule()
    def an_application_is_sent(self) -> None:
        self._key(Site.CONTRACTOR)
        self.bench.contractor.office.records.send()

    @precondition(lambda self: sum(self.keyed.values()) < len(LETTERS) - 1)
    @rule()
    def the_counter_seals_a_medium(self) -> None:
        self._key(Site.WARD)
        sealed = self.bench.ward.office.records.seal_desk()
        assert sealed is not None
        self.media.append(sealed)

    def _key(self, site: Site) -> None:
        letter = LETTERS[sum(self.keyed.values())]
        self.keyed[site] += 1
        self.at(site).key(f"モリ {letter}{letter}", "A")

    @precondition(lambda self: self.media)
    @rule()
    def a_medium_is_read(self) -> None:
        """With all that the ward writes to it; too early, it is read again later."""
        with contextlib.suppress(Refused):
            for name, *files in self.bench.ward.office.records.desk_on_the_way():
                self.bench.contractor.office.records.take_in_desk(name, *files)

    @rule()
    def the_ward_answers(self) -> None:
        self.bench.ward.office.review.confirm_rest("applicants")
        self.bench.ward.office.review.send()

    @rule(site=SITES, by_hand=st.sampled_from([False, False, False, True]))
    def somebody_changes_keys(self, site: Site, by_hand: bool) -> None:
        with contextlib.suppress(Refused):  # the last change is not done at the other site
            self.at(site).office.exchange.renew(by_hand=by_hand)

    @rule(site=SITES)
    def somebody_reads_out_a_fingerprint(self, site: Site) -> None:
        exchange, other = self.at(site).office.exchange, self.at(site.other).office.exchange
        if KeyStage.BY_HAND in (exchange.standing().stage, other.standing().stage):
            with contextlib.suppress(Refused):  # the other site has not made its own yet
                exchange.trust(other.partner_card(), other.fingerprint())

    @rule(site=SITES)
    def a_courier_runs(self, site: Site) -> None:
        self.bench.carry(self.at(site))

    @rule(site=SITES, cut=st.sampled_from(["", "put_out", "put_partner", "done_in"]))
    def somebody_takes_in(self, site: Site, cut: str) -> None:
        """And is cut off before this or that file is written; then the next login."""
        office, kept = self.at(site).office, getattr(FolderBoxes, cut or "put_out")

        def off(*_: object) -> None:
            raise PowerCut

        try:
            if cut:
                setattr(FolderBoxes, cut, off)
            with contextlib.suppress(PowerCut):
                office.exchange.import_waiting()
                office.send_due()
        finally:
            setattr(FolderBoxes, cut or "put_out", kept)
        office.exchange.hand_cards()
        office.exchange.flush()

    @invariant()
    def the_sites_are_never_more_than_one_epoch_apart(self) -> None:
        if hasattr(self, "bench"):
            now = []
            for site in Site:
                with self.at(site).store.read() as tx:
                    now.append(epoch_of(tx))
            assert abs(now[0] - now[1]) <= 1

    def teardown(self) -> None:
        if not hasattr(self, "bench"):
            return
        for _ in range(3):  # people finish what they began
            for site in Site:
                stage = self.at(site).office.exchange.standing().stage
                if stage is KeyStage.ASKED:
                    self.at(site).office.exchange.renew()
                elif stage is KeyStage.BY_HAND:
                    with contextlib.suppress(
                        Refused
                    ):  # it has begun already: its card is all that is missing
                        self.at(site.other).office.exchange.renew(by_hand=True)
            for site in Site:
                self.somebody_reads_out_a_fingerprint(site)
            self.bench.sync(3)
            self.a_medium_is_read()
        self.bench.sync(3)
        held = [{one.record: one.applicant.kana for one in self._everybody(site)} for site in Site]
        assert held[0] == held[1]
        assert len(held[0]) == sum(self.keyed.values())
        for site in Site:
            bureau = self.at(site)
            assert bureau.office.exchange.standing().stage is KeyStage.NONE
            assert bureau.office.ledger.verify() == []
            with bureau.store.read() as tx:
                assert all(ring.opening is None for ring in earlier_rings(tx))
            assert FolderBoxes(bureau.folder).waiting_in() == []
        shutil.rmtree(self.base)

    def _everybody(self, site: Site) -> list[Any]:
        with self.at(site).store.read() as tx:
            return list(tx.applications.all())


Offices.TestCase.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_offices_that_change_keys_at_random = Offices.TestCase
