"""The same hostile texts through every door, looked for at every way out: nothing runs, nothing escapes, nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook

from cli.telling import telling
from core.errors import IkiikiError, UsageError
from tests.hostile.texts import FORMULAS, HOSTILE, PATHS, TERMINAL, steers
from tests.journeys.acting import HEADER, PROGRAMME, Machine, Sites, in_process
from tests.journeys.desks import Desk, sit
from tests.journeys.staging import at

__all__ = ["at"]
At = Callable[..., Sites]


def rows() -> list[list[str]]:
    """One applicant for each text, which stands in the name, the address, the mail and the group of each."""
    return [
        [
            f"H{n}",
            "2026/04/02 10:00",
            "サトウ",
            text,
            "昭和25年3月4日",
            "160-0022",
            f"新宿区新宿1-2-3 {text}",
            "03-5273-1001",
            text,
            "A",
            "B",
            text,
        ]
        for n, text in enumerate(HOSTILE)
    ]


def as_csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="", errors="surrogatepass") as file:
        csv.writer(file, lineterminator="\r\n").writerows(
            [HEADER.split(","), *([cell.replace("\x00", "\x01") for cell in row] for row in rows())]
        )
    return path


def as_xlsx(path: Path) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER.split(","), *rows()]):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    return path


def spoken(machine: Machine, *words: object) -> str:
    """What the command says to people and, as JSON, to programs; nothing in it may steer."""
    told = in_process(machine.words(*words, json_=False), machine.env())
    document = machine.run(*words)
    assert told.code == document.code, told.err
    for text in (told.out, told.err, document.out, document.err):
        assert not steers(text), (words, steers(text))
    return told.out + told.err + document.out


@pytest.mark.parametrize("make", [as_csv, as_xlsx], ids=["csv", "xlsx"])
def test_what_a_list_brings_is_text_wherever_it_comes_out(
    at: At, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    machine = at("found").contractor
    file = make(tmp_path / "list")
    done = machine.do("intake", "import", file)["files"][0]
    assert done["accepted"] + done["held"] == len(HOSTILE), "nothing is lost"
    spoken(machine, "intake", "list")
    for number in range(1, len(HOSTILE) + 1, 4):
        spoken(machine, "intake", "show", number)
    with machine.looking() as tx:
        for one in tx.applications.all():
            kept = (one.applicant.kana, one.applicant.address, one.applicant.email, one.applicant.group or "")
            assert not any(steers(text) for text in kept if text), one.receipt
    held = {one["number"] for one in machine.do("intake", "list", "--held")["applications"]}
    assert len(held) > len(HOSTILE) // 2, "a name in these letters is nobody's"


def test_what_is_typed_is_text_wherever_it_comes_out(at: At) -> None:
    machine = at("found").contractor
    for text in HOSTILE:
        if "\x00" in text:
            continue  # no word of a call can hold it
        words = (
            "intake", "add", "--kana", f"サトウ {text}", "--birth-date", text, "--address", f"新宿区 {text}", "--phone", text, "--email", text,
            "--preferences", text, "--route", "post",
        )  # fmt: skip
        result = machine.run(*words)
        assert result.code in (0, 2, 3), result.err
        assert "予期しない" not in result.err and not steers(result.out + result.err)
    spoken(machine, "intake", "list")


@pytest.mark.parametrize("text", [*TERMINAL, *PATHS, FORMULAS[0]], ids=ascii)
def test_a_programme_of_hostile_words_is_refused_or_text(at: At, tmp_path: Path, text: str) -> None:
    machine = at("found").contractor
    for key, good in (("place", "高尾山"), ("name", "いきいきハイキング"), ("code", "A")):
        file = tmp_path / "programme.toml"
        file.write_text(PROGRAMME.replace(f'{key} = "{good}"', f"{key} = {json.dumps(text)}"), "utf-8")
        result = machine.run("programme", "check", file)
        assert result.code in (0, 2, 3) and not steers(result.out + result.err), result.err
        assert "予期しない" not in result.err


@pytest.mark.parametrize(
    "name", ["\x1b]0;x\x07.csv", "\u202excel.csv", "=cmd.csv", "[red].csv", "x" * 200 + ".csv"], ids=ascii
)
def test_the_name_of_a_file_says_nothing_to_the_terminal(at: At, tmp_path: Path, name: str) -> None:
    machine = at("found").contractor
    file = tmp_path / name
    file.write_bytes(b'"never closed')
    assert "引用符" in spoken(machine, "intake", "import", file)
    (tmp_path / "two").mkdir()
    machine.run("ledger", "export", tmp_path / "two" / name)
    assert [path.parent for path in tmp_path.rglob("*.csv") if path.stat().st_size > 20] in (
        [],
        [tmp_path / "two"],
    )


def test_an_error_that_quotes_a_file_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for text in HOSTILE:
        with pytest.raises(SystemExit), telling():
            raise UsageError(f"{text} が読めません", where=text, next_step=text)
        assert not steers(capsys.readouterr().err)
    assert len(IkiikiError("あ" * 100_000).what) < 1_000


def test_an_export_and_a_register_run_nothing(at: At, tmp_path: Path) -> None:
    """A spreadsheet that opens them sees texts."""
    machine = at("found").contractor
    machine.do("intake", "import", as_xlsx(tmp_path / "list.xlsx"))
    for name in ("audit", "staff", "ledger"):
        machine.do("papers", name, tmp_path / f"{name}.xlsx")
        book = load_workbook(io.BytesIO((tmp_path / f"{name}.xlsx").read_bytes()))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert cells and all(cell.data_type in {"s", "n"} for cell in cells if cell.value is not None)
        assert not any(cell.hyperlink for cell in cells)


async def test_the_screens_show_hostile_texts_as_texts(at: At, tmp_path: Path) -> None:
    machine = at("found").contractor
    machine.do("intake", "import", as_xlsx(tmp_path / "list.xlsx"))
    seen: list[str] = []

    async def look(desk: Desk) -> None:
        await desk.press("f2")
        for _ in range(4):
            await desk.press("down", "enter")
            seen.append(desk.text())
            await desk.press("escape")

    await sit(machine, look, Desk)
    assert len(seen) == 4 and all(not steers(text) for text in seen)
