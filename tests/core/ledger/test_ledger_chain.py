"""A ledger is checked from its bytes alone: chain, numbering, and who may sign what at that time."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused
from core.keys import SigningKey, VerifyKey
from core.ledger.access import access_hash, access_line
from core.ledger.chain import ChainState, Checked, verify_chain
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.handover import handovers, require_handover
from core.ledger.line import SITE_ACTOR
from core.ledger.roster import RosterEntry, make_roster, read_roster
from core.roles import Role, Site


def check(book: Any, data: bytes | None = None, **changes: Any) -> Checked:
    values = {"site_key": book.keys.signing.public, "rosters": book.rosters, "start": ChainState(book.org)}
    return verify_chain(book.data if data is None else data, **(values | changes))


def test_a_whole_ledger_verifies(book: Any) -> None:
    checked = check(book)
    assert [line.seq for line in checked.lines] == [1, 2, 3, 4]
    assert (checked.state.size, checked.state.head) == (4, book.head)
    assert set(checked.state.staff) == {"h1", "m1"}


def test_new_lines_verify_from_where_the_last_check_ended(book: Any) -> None:
    first = check(book, b"".join(book.raw[:2])).state
    assert check(book, b"".join(book.raw[2:]), start=first).state == check(book).state


def test_an_empty_ledger_is_a_ledger(empty: Any) -> None:
    assert check(empty).state == ChainState(empty.org)


def test_one_changed_byte_anywhere_is_noticed(book: Any) -> None:
    for place in range(0, len(book.data), 7):
        data = bytearray(book.data)
        data[place] ^= 1
        with pytest.raises(IntegrityFailure):
            check(book, bytes(data))


@pytest.mark.parametrize("order", [(0, 2, 1, 3), (0, 1, 3), (1, 2, 3), (0, 1, 1, 2, 3)])
def test_lines_out_of_order_left_out_or_doubled_are_noticed(book: Any, order: tuple[int, ...]) -> None:
    with pytest.raises(IntegrityFailure):
        check(book, b"".join(book.raw[index] for index in order))


def test_a_line_signed_by_a_colleague_in_my_name_is_noticed(book: Any) -> None:
    book.add(key=book.people["m1"][1])
    with pytest.raises(IntegrityFailure, match="署名"):
        check(book)


def test_a_role_the_roster_does_not_give_is_noticed(book: Any) -> None:
    book.add(role="manager")
    with pytest.raises(IntegrityFailure, match="役割"):
        check(book)


def test_who_left_signs_no_more_but_what_they_signed_stays(book: Any) -> None:
    gone = book.people["h1"][1]
    book.enrol(m1=(Role.MANAGER, 2))
    assert check(book).state.staff.keys() == {"m1"}
    book.add(key=gone)
    with pytest.raises(IntegrityFailure, match="6行目"):
        check(book)


def test_a_roster_of_somebody_else_s_making_is_noticed(book: Any) -> None:
    book.keys, real = type(book)().keys, book.keys
    book.add(
        key=SigningKey(b"\x09" * 32), actor=SITE_ACTOR, role=SITE_ACTOR, act=Act.ROSTER, content=Content.STAFF,
        qty=2, unit=Unit.PEOPLE, ref=f"sha256:{next(iter(book.rosters))}",
    )  # fmt: skip
    with pytest.raises(IntegrityFailure, match="署名"):
        check(book, site_key=real.signing.public)


def test_a_roster_line_without_its_document_or_with_another_is_noticed(book: Any) -> None:
    digest = next(iter(book.rosters))
    with pytest.raises(IntegrityFailure, match="添えられて"):
        check(book, rosters={})
    other = make_roster(book.org, [RosterEntry("x", "別", Role.MANAGER, SigningKey(b"\x05" * 32).public)])
    with pytest.raises(IntegrityFailure):
        check(book, rosters={digest: other.data})


def test_another_site_s_ledger_or_key_is_noticed(book: Any) -> None:
    with pytest.raises(IntegrityFailure):
        check(book, start=ChainState(Site.CONTRACTOR))
    with pytest.raises(IntegrityFailure):
        check(book, site_key=VerifyKey(SigningKey(b"\x09" * 32).public.raw))


def test_people_cannot_sign_the_site_s_acts_nor_the_site_people_s(book: Any) -> None:
    with pytest.raises(Refused):
        book.add(act=Act.ROSTER)
    with pytest.raises(Refused):
        book.add(actor=SITE_ACTOR, role=SITE_ACTOR)


def test_coreutils_see_the_same_chain(book: Any, tmp_path: Path) -> None:
    (tmp_path / "ledger").write_bytes(book.data)
    script = """
        previous=0000000000000000000000000000000000000000000000000000000000000000
        while IFS= read -r line; do
            [ "${line%% *}" = "$previous" ] || exit 1
            previous=$(printf '%s\\n' "$line" | sha256sum | cut -d' ' -f1)
        done < ledger
        echo "$previous"
    """
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, book.head)


def test_a_roster_is_read_strictly() -> None:
    entry = RosterEntry("a", "委託 太郎", Role.HANDLER, SigningKey(b"\x01" * 32).public)
    data = make_roster(Site.CONTRACTOR, [entry]).data
    assert read_roster(data).staff["a"] == entry
    for wrong in (
        data[:-1],
        data + b"\n",
        data.replace(b"handler", b"chief"),
        data.replace(b'"a"', b'"site"'),
        b"{}\n",
    ):
        with pytest.raises(IntegrityFailure):
            read_roster(wrong)


def test_one_key_may_not_serve_two_people() -> None:
    key = SigningKey(b"\x01" * 32).public
    with pytest.raises(IntegrityFailure):
        make_roster(Site.WARD, [RosterEntry(name, "区", Role.HANDLER, key) for name in ("a", "b")])


@pytest.mark.parametrize("name", ["", "x" * 61, "a\nb", "か\u3099", "a\u202eb"])
def test_a_name_that_could_deceive_is_refused_in_a_roster(name: str) -> None:
    with pytest.raises(Refused):
        make_roster(Site.WARD, [RosterEntry("a", name, Role.HANDLER, SigningKey(b"\x01" * 32).public)])


def test_the_access_log_is_chained_by_whole_lines() -> None:
    one = access_hash("0" * 64, {"seq": 1, "act": "login"})
    two = access_hash(one, {"seq": 2, "act": "open"})
    assert access_line(one, {"seq": 2, "act": "open"}) == one.encode() + b' {"act":"open","seq":2}\n'
    assert len({one, two, access_hash("0" * 64, {"seq": 2, "act": "open"})}) == 3
    with pytest.raises(ValueError, match="hash"):
        access_hash("", {})


def test_both_lines_of_a_handover_are_paired_and_compared(book: Any) -> None:
    same = {"handover": "K7Q29F3MXA", "medium": Medium.USB, "unit": Unit.MEDIA, "qty": 1}
    given = replace(book.draft(act=Act.GIVE, **same), org=Site.CONTRACTOR)
    taken = book.draft(act=Act.TAKE, **same)
    assert [one.differs for one in handovers([given, taken], Site.WARD)] == [()]
    assert handovers([given], Site.WARD)[0].taken is None
    short = book.draft(act=Act.TAKE, **(same | {"qty": 0}))
    assert handovers([given, short], Site.WARD)[0].differs == ("qty",)


def test_a_password_notice_never_travels_with_the_data(book: Any) -> None:
    same = {"handover": "K7Q29F3MXA", "act": Act.GIVE, "medium": Medium.USB}
    carry = book.draft(handover="K7Q29F3MXA", act=Act.CARRY)
    require_handover(book.draft(**same), [carry])
    with pytest.raises(Refused, match="パスワード"):
        require_handover(book.draft(**(same | {"content": Content.PASSWORD_NOTICE})), [carry])


def test_what_is_carried_travels_in_a_locked_bag(book: Any) -> None:
    with pytest.raises(Refused, match="施錠"):
        require_handover(book.draft(act=Act.GIVE, medium=Medium.PAPER, handover="K7Q29F3MXA"), [])
    require_handover(book.draft(act=Act.GIVE, medium=Medium.BOX, handover="K7Q29F3MXA"), [])
