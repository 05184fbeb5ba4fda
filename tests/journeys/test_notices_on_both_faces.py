"""⑪ by command and by keys: words, letters, one card again, and mail to a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.acting import Machine, Sites
from tests.journeys.desks import YES, Desk, sit
from tests.journeys.staging import at
from tests.storage.mail.server import LOGIN, PASSWORD, Taken, serving

__all__ = ["at"]
At = Callable[..., Sites]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[Path, Taken]]:
    """(a settings file, what the server took)."""
    with serving(tmp_path / "mail") as (port, authority, taken):
        file = tmp_path / "mail" / "server.toml"
        file.write_text(
            f'host = "127.0.0.1"\nport = {port}\nsender = "office@example.jp"\nlogin = "{LOGIN}"\n'
            f'ca_bundle = "{authority}"\nper_minute = 0\n'
        )
        (tmp_path / "mail" / "password").write_text(PASSWORD)
        yield file, taken


def set_up(machine: Machine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = machine.env()
    secret = str(file.parent / "password")
    monkeypatch.setattr(type(machine), "env", lambda self: {**env, "IKIIKI_MAIL_PASSWORD_FILE": secret})
    machine.do("papers", "mail-server", file)
    monkeypatch.undo()


def numbers(machine: Machine) -> dict[str, list[int]]:
    """受付番号 by whether an address was given."""
    found: dict[str, list[int]] = {"with": [], "without": []}
    session = machine.session()
    try:
        for item in session.office.notices.prepare():
            found["with" if item.email else "without"].append(int(item.notice.number))
    finally:
        session.close()
    return found


def test_words_letters_mail_and_a_card_again_by_command(
    at: At, mail: tuple[Path, Taken], monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = at("approve")
    c, (settings, taken) = sites.contractor, mail
    people = numbers(c)
    folder = sites.base / "words"
    assert len(c.do("papers", "wording", folder)["files"]) == 7
    (folder / "参加証.txt").write_text("[表題]\n券\n", encoding="utf-8")
    assert "[はじめ]" in c.refused("papers", "wording", folder, "--take", code=2)
    (folder / "参加証.txt").unlink()
    guide = folder / "回の案内.txt"
    guide.write_text(
        guide.read_text(encoding="utf-8").replace("集合場所: ", "集合場所: 駅"), encoding="utf-8"
    )
    assert c.do("papers", "wording", folder, "--take")["changed"] == ["回の案内.txt"]

    assert "サーバ" in c.refused("papers", "mail", code=3)
    set_up(c, settings, monkeypatch)
    assert c.do("papers", "mail")["sent"] == len(people["with"]) == len(taken.mails) > 0
    assert c.do("papers", "mail")["sent"] == 0

    first, *rest = people["without"]
    letter = sites.base / "letter.pdf"
    c.do("papers", "notices", letter, "--as", "letter", "--only", first)
    made = c.do("papers", "notices", sites.base / "cards.pdf", "--except", first)
    assert sum(
        made[kind] for kind in ("admission", "promotion", "waiting", "rejection", "called_off")
    ) == len(rest)
    assert c.do("papers", "dispatch")["notices"] == len(people["without"])
    assert c.do("papers", "dispatch")["notices"] == 0

    again = c.do("papers", "reprint", first, sites.base / "again.pdf")
    assert again["unsent"] == 0 and (sites.base / "again.pdf").read_bytes().startswith(b"%PDF-")
    assert c.do("papers", "bounced", people["with"][0])["forms"] == ["mail"]
    assert c.do("papers", "mail", "--status")["paper"][0]["number"] == people["with"][0]
    c.refused("papers", "mail-settle", first, "--arrived", code=2)
    for machine in sites.both:
        machine.sound()
    sites.sync()


async def test_the_same_by_keys(at: At, mail: tuple[Path, Taken], monkeypatch: pytest.MonkeyPatch) -> None:
    sites = at("approve")
    c, (settings, taken) = sites.contractor, mail
    people = numbers(c)
    set_up(c, settings, monkeypatch)

    async def work(desk: Desk) -> None:
        await desk.press("f4", "t", "down", "down", "enter", *YES)  # mail
        assert f"送った {len(people['with'])}通" in desk.text(), desk.text()
        await desk.press("t", "down", "enter")  # letters
        assert "集合の場所と時間" in desk.text(), desk.text()
        await desk.type_into(str(sites.base / "letters.pdf"))
        await desk.press("enter", "escape")  # not posted yet
        await desk.press("t", "down", "down")
        assert f"投函したと記録する（{len(people['without'])}通）" in desk.text(), desk.text()
        await desk.press("enter")
        assert f"{len(people['without'])}通を、発送" in desk.text(), desk.text()
        await desk.press("t", "enter")  # nothing is left but the words
        await desk.type_into(str(sites.base / "words"))
        await desk.press("enter")
        assert "参加証.txt" in desk.text(), desk.text()
        await desk.press("escape", "t", "down", "enter")
        await desk.type_into(str(sites.base / "words"))
        await desk.press("enter")
        assert "いまの言葉と同じ" in desk.text(), desk.text()
        await desk.press("enter", "t", "enter")  # the first person of the first outing, once more
        await desk.type_into(str(sites.base / "again.pdf"))
        await desk.press("enter")
        assert "PDFを書き出しました" in desk.text(), desk.text()

    await sit(c, work, Desk)
    assert len(taken.mails) == len(people["with"])
    assert (sites.base / "letters.pdf").exists() and (sites.base / "again.pdf").exists()
    assert numbers(c) == {"with": [], "without": []}


def test_a_pdf_that_cannot_be_made_is_in_no_ledger(at: At) -> None:
    c = at("approve").contractor
    before: Any = c.tables()["ledger_line"]
    number = min(map(min, numbers(c).values()))
    c.do("intake", "edit", number, "--set", "address=東京都新宿区西新宿" + "あ" * 150)
    refusal = c.refused("papers", "notices", c.folder.parent / "x.pdf", "--as", "letter", code=2)
    assert "住所" in refusal and not (c.folder.parent / "x.pdf").exists()
    assert [row for row in c.tables()["ledger_line"][len(before) :] if b'"print"' in repr(row).encode()] == []


def test_the_place_of_the_window_is_the_sites_to_set(at: At) -> None:
    contractor = at("apply").contractor
    assert contractor.do("papers", "window") == {"left": 20, "top": 12}
    assert contractor.do("papers", "window", "--left", 15) == {"left": 15, "top": 12}
    assert "宛名のほかも" in contractor.refused("papers", "window", "--top", 40, code=2)
    assert contractor.do("papers", "window") == {"left": 15, "top": 12}


async def test_the_place_of_the_window_is_set_at_the_keys_where_the_letters_are_made(at: At) -> None:
    contractor = at("approve").contractor

    async def work(desk: Desk) -> None:
        await desk.press("f4", "t", "end", "enter")
        assert "左から20mm、上から12mm" in desk.text()
        await desk.type_into("18")
        await desk.press("enter")
        assert "数字を2つ" in desk.text()
        await desk.type_into("18 40")
        await desk.press("enter")
        assert "宛名のほかも" in desk.text()
        await desk.press("enter", "f4", "t", "end", "enter")
        await desk.type_into("１８、10")
        await desk.press("enter")
        assert "左から18mm、上から10mm" in desk.text()

    await sit(contractor, work, Desk)
    assert contractor.do("papers", "window") == {"left": 18, "top": 10}
