"""Every file of a draw is read strictly and written in one way only."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.draw import roll
from core.draw.events import Head
from core.draw.files import DrawFile
from core.draw.roll import ListLine, Roll, check_roll, small_classes
from core.draw.rules import Course, Params, Publish
from core.draw.steps import Commits, Dice, Freeze, Opened, Reveal, SeedInput
from core.errors import IntegrityFailure
from core.roles import Site
from tests.core.draw.played import play, rules

hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=4)
parties = st.sampled_from(Site)
digits = st.text("0123456789", min_size=20, max_size=20)
notes = st.lists(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff"),
        min_size=1,
        max_size=20,
    ),
    max_size=2,
).map(tuple)
draws = st.builds(
    lambda name, year, n: f"{name}-{year:04d}-{n}",
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16),
    st.integers(0, 9999),
    st.integers(1, 999),
)


@st.composite
def params(draw: st.DrawFn) -> Params:
    seats = st.integers(0, 9_999_999)
    courses = []
    for code in sorted(draw(st.sets(codes, min_size=1, max_size=4))):
        capacity = draw(seats)
        courses.append(Course(code, capacity, draw(st.integers(0, capacity))))
    name = draw(draws)
    previous = None if name.endswith("-1") else draw(hashes)
    beacon = draw(st.none() | st.just(("drand-quicknet", "123456789012")))
    many = st.integers(1, 9_999_999)
    publish = draw(st.sampled_from(Publish))
    return Params(name, previous, tuple(courses), draw(many), draw(many), publish, beacon, draw(notes))


files = st.one_of(
    params(),
    st.builds(Commits, hashes, hashes),
    st.builds(Freeze, draws, hashes, hashes, hashes, notes),
    st.builds(Reveal, draws, parties, hashes),
    st.builds(Opened, draws, hashes, st.none() | hashes, st.none() | hashes, notes),
    st.builds(Dice, draws, hashes, parties, digits),
    st.builds(
        SeedInput,
        draws,
        hashes,
        digits,
        st.none() | st.tuples(st.just("nist"), st.just("7"), st.text("09af", min_size=64, max_size=128)),
    ),
    st.builds(Head, draws, parties, st.integers(0, 9_999_999), hashes),
)

ids = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10)
rolls = st.lists(
    st.builds(
        ListLine,
        ids,
        st.integers(1, 9_999_999),
        st.integers(1, 9_999_999),
        st.lists(codes, min_size=1, max_size=3, unique=True).map(tuple),
        hashes,
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda line: line.id,
)


@given(files)
def test_a_file_read_back_is_the_same(made: DrawFile) -> None:
    data = made.to_bytes()
    again = type(made).parse(data, made.file_name)
    assert again == made
    assert again.to_bytes() == data


@given(files, st.data())
def test_whatever_is_read_is_written_as_it_was(made: DrawFile, data: st.DataObject) -> None:
    raw = made.to_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + data.draw(st.binary(max_size=2)) + raw[at + data.draw(st.integers(0, 2)) :]
    try:
        read = type(made).parse(changed, made.file_name)
    except IntegrityFailure:
        return
    assert read.to_bytes() == changed


@given(rolls)
def test_a_roll_is_sorted_and_read_back_the_same(lines: list[ListLine]) -> None:
    roll = Roll.of(lines)
    assert Roll.parse(roll.to_bytes()) == roll
    rows = roll.to_bytes().split(b"\n")[:-1]
    assert rows == sorted(rows)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        pytest.param(lambda data: data[:-1], None, id="last line not ended"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), None, id="CR"),
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, None, id="BOM"),
        pytest.param(lambda data: data + b"\n", 13, id="empty line"),
        pytest.param(lambda data: data + b"seats=3\n", 13, id="unknown key"),
        pytest.param(lambda data: data.replace(b"max_size=3", b"max_size=03"), 4, id="leading zero"),
        pytest.param(lambda data: data.replace(b"max_size=3", b"max_size=0"), 4, id="zero persons"),
        pytest.param(lambda data: data.replace(b"max_size=3", b"max_size= 3"), 4, id="space"),
        pytest.param(
            lambda data: data.replace(b"max_size=3", "max_size=３".encode()), 4, id="full-width digit"
        ),
        pytest.param(
            lambda data: data.replace(b"max_size=3\nmax_tickets=3", b"max_tickets=3\nmax_size=3"),
            4,
            id="order of keys",
        ),
        pytest.param(lambda data: data.replace(b"=public", b"=everyone"), 6, id="unknown value"),
        pytest.param(
            lambda data: data.replace(b"course=A 12\n", b"").replace(b"reserve=A 2\n", b"reserve=A 2\n"),
            None,
            id="reserve without course",
        ),
        pytest.param(
            lambda data: data.replace(b"reserve=A 2", b"reserve=A 13"), None, id="reserve over capacity"
        ),
        pytest.param(
            lambda data: data.replace(b"hiking-2026-1", b"hiking-2026-01"), 2, id="draw id with a zero"
        ),
        pytest.param(lambda data: data.replace(b"hiking-2026-1", b"hiking-2026-2"), 3, id="no previous draw"),
        pytest.param(lambda data: data.replace(b"none", b"a" * 64), 3, id="previous of the first"),
        pytest.param(lambda data: data + "note=a\u2028note=b\n".encode(), 13, id="U+2028 forges no line"),
    ],
)
def test_rules_not_to_the_letter_are_refused_with_their_place(
    spoil: Callable[[bytes], bytes], line: int | None
) -> None:
    good = rules().to_bytes()
    bad = spoil(good)
    assert bad != good
    with pytest.raises(IntegrityFailure) as refused:
        Params.parse(bad, "params.txt")
    assert refused.value.where.startswith("params.txt")
    if line is not None:
        assert refused.value.where == f"params.txt {line}行目"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Reveal("hiking-2026-1\nnote=x", Site.WARD, "0" * 64), id="a line smuggled in"),
        pytest.param(lambda: Reveal("hiking-2026-1", Site.WARD, "0" * 63), id="a short secret"),
        pytest.param(lambda: Dice("hiking-2026-1", "0" * 64, Site.WARD, "1" * 19), id="nineteen dice"),
        pytest.param(lambda: Opened("hiking-2026-1", "0" * 64, "", "0" * 64), id="an empty secret"),
        pytest.param(lambda: rules(notes=("",)), id="an empty note"),
        pytest.param(lambda: rules(courses=(Course("B", 1), Course("A", 1))), id="unsorted courses"),
        pytest.param(lambda: Roll.of([]), id="a draw of nobody"),
        pytest.param(lambda: Roll.of([ListLine("0" * 10, 1, 1, ("A", "A"), "0" * 64)]), id="a wish twice"),
        pytest.param(lambda: Roll.of([ListLine("0" * 10, 1, 1, (), "0" * 64)]), id="no wish"),
        pytest.param(lambda: Roll.of([ListLine("O" * 10, 1, 1, ("A",), "0" * 64)]), id="a letter O"),
    ],
)
def test_what_could_not_be_read_cannot_be_made(make: Callable[[], object]) -> None:
    with pytest.raises(IntegrityFailure):
        make()


def test_dice_and_seed_leave_nothing_free_to_choose() -> None:
    """A note in them could be tried until the draw pleases."""
    played = play().files
    for name, kind in (("dice-ward.txt", Dice), ("seed-input.txt", SeedInput), ("reveal-ward.txt", Reveal)):
        kind.parse(played[name], name)
        with pytest.raises(IntegrityFailure):
            kind.parse(played[name] + b"note=1\n", name)


def test_a_party_file_under_the_other_name_is_refused() -> None:
    with pytest.raises(IntegrityFailure):
        Dice.parse(play().files["dice-ward.txt"], "dice-contractor.txt")


def test_roll_lines_out_of_order_or_twice_are_refused() -> None:
    lines = play().roll.to_bytes().split(b"\n")[:-1]
    for bad in ([lines[1], lines[0], *lines[2:]], [lines[0], *lines]):
        with pytest.raises(IntegrityFailure) as refused:
            Roll.parse(b"".join(line + b"\n" for line in bad))
        assert refused.value.where == "list.txt 2行目"


@pytest.mark.parametrize("piece", [1, 100, 1 << 16])
def test_a_roll_is_read_alike_in_pieces_of_any_length(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll, "_PIECE", piece)
    whole = play(count=120).roll
    assert Roll.parse(whole.to_bytes()) == whole


@pytest.mark.parametrize("piece", [1, 100, 1 << 16])
@pytest.mark.parametrize(
    "ill", [b"", b"x", b"0123456789 1 1 A " + b"0" * 63, "0123456789 1 1 A\u2028 ".encode() + b"0" * 64]
)
def test_the_first_ill_formed_line_of_a_roll_is_named_whatever_else_is_wrong(
    ill: bytes, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll, "_PIECE", piece)
    lines = play().roll.to_bytes().split(b"\n")[:-1]
    for at in (0, 1, 9, len(lines)):
        for rest in (lines[at:], lines[at:][::-1]):
            with pytest.raises(IntegrityFailure) as refused:
                Roll.parse(b"".join(line + b"\n" for line in [*lines[:at], ill, *rest]))
            assert refused.value.where == f"list.txt {at + 1}行目"


@pytest.mark.parametrize(
    "line",
    [
        ListLine("0" * 10, 4, 1, ("A",), "0" * 64),
        ListLine("0" * 10, 1, 4, ("A",), "0" * 64),
        ListLine("0" * 10, 1, 1, ("Z",), "0" * 64),
    ],
)
def test_a_unit_beyond_the_rules_is_refused(line: ListLine) -> None:
    with pytest.raises(IntegrityFailure):
        check_roll(rules(), Roll.of([line]))


def test_small_classes_are_counted_before_anything_is_published() -> None:
    chance = random.Random(1)
    many = [ListLine(f"{n:010d}", 1, 1, ("A",), chance.randbytes(32).hex()) for n in range(5)]
    few = [ListLine(f"{n:010d}", 2, 1, ("A",), chance.randbytes(32).hex()) for n in range(10, 14)]
    lone = ListLine(f"{99:010d}", 1, 1, ("A", "B"), chance.randbytes(32).hex())
    assert small_classes(Roll.of([*many, *few, lone])) == 2
