"""docs/draw-in-sql.md: its statements, taken from the page as they stand, against the product's own draw."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
import sqlglot

from bench.draw import draw_files
from core.draw.rules import Course
from core.office.drawing import compute
from tests.core.draw.played import play, rules
from tests.independent.years import year

NEEDED = ("params.txt", "list.txt", "seed-input.txt")
DRAWS = 200


@pytest.fixture(scope="module")
def statements(repository: Path) -> dict[str, str]:
    """What the page prints under each of its headings."""
    page = (repository / "docs" / "draw-in-sql.md").read_text("utf-8")
    found = re.findall(r"^## (.+?)$(?:(?!^## ).)*?^```sql\n(.*?)^```$", page, re.M | re.S)
    return dict(found)


@pytest.fixture(scope="module")
def whole(statements: dict[str, str]) -> str:
    return statements["The whole draw in DuckDB"]


@pytest.fixture(scope="module")
def order(statements: dict[str, str]) -> str:
    """The Spark statement in DuckDB's words, reading DuckDB's views in place of Spark's files."""
    spark = statements["The order in Spark SQL"]
    for file in ("text.`list.txt`", "binaryFile.`seed-input.txt`"):
        assert spark.count(file) == 1
    spark = spark.replace("text.`list.txt`", "lines").replace("binaryFile.`seed-input.txt`", "seed_file")
    return sqlglot.transpile(spark, read="spark", write="duckdb")[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the statement runs: it names its files without a folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_sql(statement: str, files: Mapping[str, bytes], folder: Path) -> bytes:
    for name in NEEDED:
        (folder / name).write_bytes(files[name])
    (folder / "result.txt").unlink(missing_ok=True)
    with duckdb.connect() as database:
        database.execute(statement)
    return (folder / "result.txt").read_bytes()


def finished_draws(seed: str) -> Iterator[dict[str, bytes]]:
    """Draws of every policy, without end."""
    chance = random.Random(seed)
    while True:
        for made in year(chance):
            if made.result is not None:
                yield made.files


def corners() -> dict[str, dict[str, bytes]]:
    def files(count: int, *courses: Course, seed: int = 3, max_size: int = 3) -> dict[str, bytes]:
        return play(rules(courses=courses, max_size=max_size), count=count, seed=seed).files

    return {
        "one unit": files(1, Course("A", 5, 0)),
        "one unit and no seat": files(1, Course("A", 0, 0)),
        "everything kept by the ward": files(20, Course("A", 7, 7), Course("B", 6, 0)),
        "only groups that do not fit": files(9, Course("A", 1, 0), max_size=3, seed=5),
        "room for all": files(30, Course("A", 90, 1), Course("B", 90, 1)),
        "full to the last seat": files(40, Course("A", 4, 0), Course("B", 3, 0), Course("C", 5, 2)),
        "single persons": files(40, Course("A", 9, 0), Course("B", 8, 2), max_size=1),
        "codes of digits": files(40, Course("1", 9, 0), Course("10", 8, 2), Course("2", 4, 0)),
        "notes that look like rules": play(
            rules(notes=("course=A 999", "max_size=1", "a=b=c 7", "全角＝も")), count=60, seed=8
        ).files,
    }


CORNERS = corners()


@pytest.mark.parametrize("corner", CORNERS)
def test_the_statement_draws_the_corners_as_the_product_does(corner: str, whole: str, folder: Path) -> None:
    files = CORNERS[corner]
    assert by_sql(whole, files, folder) == files["result.txt"]


def test_the_statement_draws_every_policy_as_the_product_does(whole: str, folder: Path) -> None:
    draws = finished_draws("draw in sql")
    for _ in range(DRAWS):
        files = next(draws)
        assert by_sql(whole, files, folder) == files["result.txt"]


def test_the_statement_draws_twenty_thousand_units_as_the_product_does(whole: str, folder: Path) -> None:
    files = draw_files(20_000)
    seed, result = compute(files)
    assert by_sql(whole, {**files, "seed-input.txt": seed.to_bytes()}, folder) == result.to_bytes()


CHANGES = (
    (
        "id, size, codes\n      FROM read_csv",
        "upper(id) AS id, size, codes\n      FROM read_csv",
        "nothing: ids are upper case already",
    ),
    ("ORDER BY value, id) AS place", "ORDER BY id) AS place", "the order of the list"),
    ("ELSE -1 END", "ELSE 0 END", "what the ward keeps is drawn too"),
    ("range(1, tickets + 1)", "range(1, tickets + 2)", "one ticket too many"),
    ("range(1, tickets + 1)", "range(1, 2)", "one ticket for everybody"),
    (" || chr(10))))", ")))", "the line's end is not hashed"),
    ("< (SELECT size FROM largest)", "< 1", "a stretch ends only when an outing is full"),
    ("< (SELECT size FROM largest)", "< (SELECT size - 1 FROM largest)", "it ends one seat too late"),
    ("PARTITION BY code ORDER BY", "PARTITION BY code, size ORDER BY", "each size has a room of its own"),
    (
        "running, ending WHERE place <= upto",
        "running, ending WHERE place < upto",
        "the last of a stretch takes no seat",
    ),
    ("WHERE place > behind", "WHERE place >= behind", "the last of a stretch takes two"),
    ("[1] AS code\n", "[-1] AS code\n", "the last wish that fits, where room is counted"),
    ("[1], '-') AS seat", "[-1], '-') AS seat", "the last wish that fits, where seats are given"),
    ("'-') AS seat", "'') AS seat", "nothing in place of a dash"),
    ("before LEFT JOIN taken", "before JOIN taken", "an outing that loses no seat in a stretch is forgotten"),
    (
        "ASOF JOIN stretches ON place > behind",
        "ASOF JOIN stretches ON place >= behind",
        "the room of the next",
    ),
)


@pytest.mark.parametrize(("old", "new", "what"), CHANGES[1:], ids=[change[2] for change in CHANGES[1:]])
def test_a_changed_statement_is_noticed(old: str, new: str, what: str, whole: str, folder: Path) -> None:
    changed = whole.replace(old, new)
    assert whole.count(old) == 1, "the page has changed: change this test with it"
    for seed in range(20):
        files = play(
            rules(courses=(Course("A", 22, 2), Course("B", 9, 3), Course("C", 5, 0))), seed=seed
        ).files
        try:
            if by_sql(changed, files, folder) != files["result.txt"]:
                return
        except duckdb.Error:
            return
    pytest.fail(f"nobody notices: {what}")


def test_a_change_that_changes_nothing_is_not_noticed(whole: str, folder: Path) -> None:
    """So the tests above fail for what was changed, and not because something was."""
    old, new, _ = CHANGES[0]
    files = play(seed=2).files
    assert whole.count(old) == 1
    assert by_sql(whole.replace(old, new), files, folder) == files["result.txt"]


def test_the_order_in_spark_sql_is_that_of_the_result(order: str, folder: Path) -> None:
    draws = finished_draws("order in spark")
    for _ in range(50):
        files = next(draws)
        with duckdb.connect() as database:
            database.execute("CREATE TABLE lines (value VARCHAR)")
            lines = files["list.txt"].decode("ascii").splitlines()
            database.executemany("INSERT INTO lines VALUES (?)", [(line,) for line in lines])
            database.execute("CREATE TABLE seed_file (content BLOB)")
            database.execute("INSERT INTO seed_file VALUES (?)", [files["seed-input.txt"]])
            rows = database.execute(order).fetchall()
        ordered = [line.rsplit(" ", 1)[0] for line in files["result.txt"].decode("ascii").splitlines()]
        assert [" ".join(row) for row in rows] == ordered
