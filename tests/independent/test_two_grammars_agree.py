"""Which bytes are a file of hkr1 at all: the product's parsers and the second reading's grammar, on strange files.

A whole draw cannot show this: in it any strange byte breaks a hash first.
"""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from core.draw.abandoned import Abandoned
from core.draw.events import EventLog, Head
from core.draw.files import DrawFile
from core.draw.roll import Roll, check_commitments, check_roll
from core.draw.rules import Params
from core.draw.steps import Commits, Dice, Freeze, Opened, Reveal, SeedInput
from core.errors import IntegrityFailure
from tests.independent import recompute as second
from tests.independent.years import Made, year

TRIES = 4000
STRANGE = (
    *(
        "0",
        "1",
        "9",
        "a",
        "g",
        "A",
        "Z",
        "L",
        " ",
        "  ",
        ",",
        "=",
        "-",
        ".",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
    ),
    *(
        "\x7f",
        "\x85",
        "\xa0",
        "\u2027",
        "\u2028",
        "\u2029",
        "\u202a",
        "\ufefe",
        "\ufeff",
        "\uff00",
        "\U0010ffff",
    ),
    *("０", "٣", "ａ", "note=\n", "note=x\n", "note=" + "x" * 201 + "\n", "000000", "1234567", "x" * 200),
)
FILES: dict[str, tuple[type[DrawFile], re.Pattern[str]]] = {
    "commits.txt": (Commits, second.COMMITS),
    "freeze.txt": (Freeze, second.FREEZE),
    "opened.txt": (Opened, second.OPENED),
    "reveal-contractor.txt": (Reveal, second.REVEAL),
    "reveal-ward.txt": (Reveal, second.REVEAL),
    "dice-contractor.txt": (Dice, second.DICE),
    "dice-ward.txt": (Dice, second.DICE),
    "seed-input.txt": (SeedInput, second.SEED),
    "abandoned-contractor.txt": (Abandoned, second.ABANDONED),
    "abandoned-ward.txt": (Abandoned, second.ABANDONED),
    "head-contractor.txt": (Head, second.HEAD),
    "head-ward.txt": (Head, second.HEAD),
}


def strange(chance: random.Random, data: bytes) -> bytes:
    """A file with something put in, taken out, put for another, or two words exchanged."""
    text = data.decode()
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 1, 1, 2, 8)))
    match chance.choice(("put", "put", "take", "byte", "lines", "words", "number")):
        case "put":
            text = text[:start] + chance.choice(STRANGE) + text[end:]
        case "take":
            text = text[:start] + text[end:]
        case "byte":
            return data[: start % len(data)] + bytes([chance.randrange(256)]) + data[start % len(data) + 1 :]
        case "lines":
            lines = text.split("\n")[:-1]
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            if chance.random() < 0.3:
                lines.append(chance.choice(lines))
            text = "\n".join(lines) + "\n"
        case "words":
            words = re.split("([ =,\n])", text)
            one, other = (2 * chance.randrange(len(words) // 2) for _ in range(2))
            words[one], words[other] = words[other], words[one]
            text = "".join(words)
        case _:
            number = chance.choice(
                ("0", "00", "01", "7", "10000000", "9999999", "-1", "1 ", "", "none", "ABSENT")
            )
            found = list(re.finditer("[0-9]+", text))
            if found:
                at = chance.choice(found)
                text = text[: at.start()] + number + text[at.end() :]
    return text.encode()


def product_takes(name: str, data: bytes, made: Made) -> bool:
    """Whether the product's parsers take it."""
    try:
        if name == "params.txt":
            Params.parse(data, name)
        elif name == "list.txt":
            check_roll(made.params, roll := Roll.parse(data))
            check_commitments(roll)
        else:
            FILES[name][0].parse(data, name)
    except IntegrityFailure:
        return False
    return True


def second_takes(name: str, data: bytes, made: Made) -> bool:
    """Whether the second reading takes it."""
    try:
        if name == "params.txt":
            second.read_params({name: data})
        elif name == "list.txt":
            second.read_list({name: data}, second.read_params(made.files))
        else:
            second.fields({name: data}, name, FILES[name][1])
    except second.Wrong:
        return False
    return True


def some_draws(chance: random.Random) -> list[Made]:
    """A few years, the draws of all of them."""
    return [made for _ in range(12) for made in year(chance)]


@pytest.mark.parametrize("part", range(5))
def test_both_take_and_refuse_the_same_files(part: int) -> None:
    chance = random.Random(f"grammar {part}")
    draws = some_draws(chance)
    taken: Counter[bool] = Counter()
    for _ in range(TRIES):
        made = chance.choice(draws)
        name = chance.choice([n for n in made.files if n in FILES or n in ("params.txt", "list.txt")])
        data = strange(chance, made.files[name])
        said = product_takes(name, data, made)
        assert second_takes(name, data, made) == said, (name, data)
        taken[said] += 1
    assert min(taken[True], taken[False]) > TRIES / 20


def test_both_take_and_refuse_the_same_events() -> None:
    chance = random.Random("grammar of events")
    lines = [
        line
        for made in some_draws(chance)
        if made.events
        for line in made.files["events.txt"].decode().splitlines(keepends=True)
    ]
    taken: Counter[bool] = Counter()
    for _ in range(TRIES):
        before, event = "ab" * 32, chance.choice(lines).split(" ", 2)[2]
        data = f"000001 {before} ".encode() + strange(chance, event.encode())
        try:
            EventLog.parse(data, before)
            said = True
        except IntegrityFailure:
            said = False
        assert second_takes_events(data) == said, data
        taken[said] += 1
    assert min(taken[True], taken[False]) > TRIES / 20


def second_takes_events(data: bytes) -> bool:
    """Whether it is one line of events.txt; wishes named twice are no grammar, but refused all the same."""
    try:
        rows = second.rows({"events.txt": data}, "events.txt", second.EVENT_LINE)
    except second.Wrong:
        return False
    words = rows[0][1][3].split(" ")
    wishes = words[3].split(",") if words[0] == "late" else []
    return len(rows) == 1 and len(set(wishes)) == len(wishes)
