"""A site that was restored from any day's backup gets back from its partner all that had passed between them since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refused
from core.ledger.codes import Act
from core.office.review import APPLICANTS, PARTICIPANTS
from core.roles import Role, Site
from tests.core.office.conftest import DICE, PROGRAMME, Bench, Bureau
from tests.core.office.stages import Kept
from tests.tables import fresh_tables

SITES = (Site.CONTRACTOR, Site.WARD)


def copied(bureau: Bureau) -> Any:
    """A backup of one site's tables."""
    tables = fresh_tables()
    bureau.vault.connection.backup(tables)
    return tables


def lose(bureau: Bureau, backup: Any) -> None:
    """The machine is gone, and a new one goes on from the backup."""
    backup.backup(bureau.vault.connection)
    for box in ("outbox", "inbox"):
        shutil.rmtree(bureau.folder / box)
        (bureau.folder / box).mkdir(mode=0o700)
    bureau.office = bureau.office_of(Role.MANAGER)
    bureau.office.backups.restored("0123456789")


def hand_back(bench: Bench, lost: Bureau) -> Any:
    size, head = lost.office.backups.own()
    return bench.other(lost).office.handing_back.hand_back(size, head[:8])


def take_back(bench: Bench, lost: Bureau) -> Any:
    back = hand_back(bench, lost)
    return lost.office.taking_back.take_back(back.data, back.size, back.head[:8])


def years(bench: Bench) -> list[tuple[str, Callable[[], object]]]:
    """The year in steps after the pairing, each with the exchange behind it."""
    c, w = bench.contractor, bench.ward
    people: dict[str, int] = {}

    def keyed(*kana: str) -> None:
        for one in kana:
            people[one] = c.key(one).number

    def corrected() -> None:
        c.office.intake.withdraw(people["タナカ ミツコ"], "applicant_request")

    return [
        ("rules", lambda: c.office.rules.set(PROGRAMME.replace("高尾山", "高尾山口"))),
        ("keyed", lambda: keyed("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ")),
        ("counter", lambda: w.key("イケダ トオル")),
        ("handed", lambda: bench_medium(bench)),
        ("sealed", c.office.lottery.seal),
        ("sent", c.office.records.send),
        ("said", lambda: w.office.review.confirm_rest(APPLICANTS)),
        ("told", w.office.review.send),
        ("corrected", corrected),
        ("sent again", c.office.records.send),
        ("ward sealed", w.office.lottery.seal),
        ("frozen", c.office.lottery.freeze),
        ("frozen by both", w.office.lottery.freeze),
        ("opened", c.office.lottery.open_seals),
        ("opened by both", w.office.lottery.open_seals),
        ("dice", lambda: c.office.lottery.dice(DICE)),
        ("dice of both", lambda: w.office.lottery.dice(DICE)),
        ("drawn", c.office.lottery.draw),
        ("participants", c.office.participants.send),
        ("confirmed", lambda: w.office.review.confirm_rest(PARTICIPANTS)),
        ("approved", w.office.participants.approve),
        ("withdrawn", lambda: c.office.participants.withdraw(people["サトウ ハナコ"])),
        ("participants again", c.office.participants.send),
    ]


def bench_medium(bench: Bench) -> None:
    sealed = bench.ward.office.records.seal_desk()
    assert sealed is not None
    bench.contractor.office.records.take_in_desk(*sealed)


APPLICATIONS = """
    SELECT number, record, state, route, source, receipt, kana, birth_date, postal_code, address, phone, email,
           preferences, group_code, problems, warnings, reason, version_hash FROM application ORDER BY number
"""
KEPT = {
    "application": APPLICATIONS,
    "sent": "SELECT number, bundle FROM application_sent ORDER BY number",
    "review": "SELECT stage, record, version_hash, verdict, code, actor, at, sent_in FROM review ORDER BY id",
    "draw_file": "SELECT draw, name, content FROM draw_file ORDER BY draw, name",
    "draw_member": "SELECT draw, unit_id, position, record, salt FROM draw_member ORDER BY draw, unit_id, position",
    "bundle": "SELECT name, direction, kind, manifest_sha256, counts FROM bundle ORDER BY name",
    "content": "SELECT name, zip, manifest FROM bundle_content ORDER BY name",
    "fate": "SELECT name, direction, fate, manifest_sha256 FROM bundle_fate ORDER BY name, fate",
    "theirs": "SELECT org, seq, line FROM ledger_line ORDER BY org, seq",
    "setting": """SELECT name, value FROM setting WHERE name GLOB 'approval*' OR name GLOB 'participants*' OR
                  name GLOB 'desk_*' OR name GLOB 'programme*' AND name <> 'programme_waiting' OR
                  name GLOB 'head_told*' ORDER BY name""",  # programme_waiting: a number by chance, another each time it comes
}


def held(bureau: Bureau) -> dict[str, list[Any]]:
    """What a vault knows that has passed between the sites, or has come of that."""
    with bureau.store.read():
        return {name: bureau.vault.connection.execute(text).fetchall() for name, text in KEPT.items()}


def secret(row: tuple[Any, ...], site: Site) -> bool:
    """The one thing of a draw that is in no bundle before it is opened."""
    return row[1] == f"reveal-{site}.txt"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """(backups of both sites after every step, both sites at the end)."""
    base = tmp_path_factory.mktemp("year")
    bench = Bench(Bureau(Site.CONTRACTOR, base / "contractor"), Bureau(Site.WARD, base / "ward"))
    bench.pair()
    bench.sync(3)
    backups = {"paired": (copied(bench.contractor), copied(bench.ward))}
    for name, act in years(bench):
        act()
        bench.sync(3)
        backups[name] = copied(bench.contractor), copied(bench.ward)
    kept = tuple(Kept.of(one, base / f"kept-{one.site}") for one in (bench.contractor, bench.ward))
    return backups, kept


STEPS = [
    "paired", "rules", "keyed", "counter", "handed", "sealed", "sent", "said", "told", "corrected", "sent again", "ward sealed", "frozen",
    "frozen by both", "opened", "opened by both", "dice", "dice of both", "drawn", "participants", "confirmed", "approved", "withdrawn",
]  # fmt: skip


@pytest.fixture
def ended(year: Any, bench: Bench) -> Any:
    """Both sites at the end of the year, for this test."""
    for one, bureau in zip(year[1], (bench.contractor, bench.ward), strict=True):
        one.lay_down(bureau)
        bureau.office = bureau.office_of(Role.MANAGER)
    return bench, year[0]


@pytest.mark.parametrize(
    ("step", "site"),
    [("paired", Site.WARD), *((step, SITES[place % 2]) for place, step in enumerate(STEPS))],
)
def test_from_the_backup_of_any_day_all_that_passed_comes_back(ended: Any, step: str, site: Site) -> None:
    bench, backups = ended
    lost = bench.contractor if site is Site.CONTRACTOR else bench.ward
    other = bench.other(lost)
    before, size = held(lost), lost.office.backups.own()[0]
    lose(lost, backups[step][SITES.index(site)])
    had = lost.office.backups.own()[0]
    assert had < size, "the partner has seen more than this backup holds"
    with pytest.raises(Refused, match="先まで持っています"):
        told = other.office.handing_back.told()
        lost.office.backups.settle(told[0], told[1][:8])
    done = take_back(bench, lost)
    assert done.stopped == "" and done.lines == size - had
    after = held(lost)
    for name in KEPT.keys() - {"theirs", "draw_file"}:
        assert after[name] == before[name], name
    ours = [row for row in after["theirs"] if row[0] == site]
    assert ours[:size] == [row for row in before["theirs"] if row[0] == site]
    assert [
        row for row in before["draw_file"] if row not in after["draw_file"] and not secret(row, site)
    ] == []
    bench.sync(3)
    acts = [line.act for line in lost.office.ledger.page(site, 0, 10)]
    assert Act.RESTORE in acts and Act.TAKE_BACK in acts
    assert Act.HAND_BACK in [line.act for line in other.office.ledger.page(site.other, 0, 10)]
    for one in (lost, other):
        assert one.office.ledger.verify() == []
    goes_on(bench)


def goes_on(bench: Bench) -> None:
    """Whoever withdraws now is told to the ward, which approves: no fork, and nothing is refused."""
    number = bench.contractor.office.participants.list("A")[0].number
    bench.contractor.office.participants.withdraw(number)
    bench.contractor.office.participants.send()
    bench.sync(3)
    if bench.ward.office.review.status(PARTICIPANTS).open:
        bench.ward.office.review.confirm_rest(PARTICIPANTS)
    bench.ward.office.participants.approve()
    bench.sync(3)
    for one in (bench.contractor, bench.ward):
        assert one.office.ledger.verify() == []
        assert one.office.flow.status().late == ()
