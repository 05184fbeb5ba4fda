"""How the command speaks: one JSON document on stdout or none, Japanese for people on stderr, a code that says what kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.acting import APPLICANTS, Sites, as_process, export, in_process
from tests.journeys.staging import at, steady

__all__ = ["at", "steady"]
At = Callable[..., Sites]
Tables = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def before(steady: Sites) -> Tables:
    return steady.contractor.tables()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nosuch",), 2),
        (("intake", "show", "one"), 2),
        (("intake", "show", "99999"), 2),
        (("intake", "edit", "1", "--set", "colour=red"), 2),
        (("intake", "resolve", "1", "--refuse", "--reason", "because"), 2),
        (("intake", "resolve", "1", "--accept", "--reason", "confirmed_by_phone"), 3),
        (("participants", "list", "A"), 3),
        (("participants", "list", "Z"), 2),
        (("ledger", "add", "--act", "send", "--content", "keys", "--qty", "1", "--unit", "files"), 2),
        (("lottery", "dice"), 2),
        (("lottery", "publish", "/nonexistent/public"), 3),
        (("staff", "revoke", "nobody"), 2),
        (("staff", "revoke", "c-boss"), 3),
        (("review", "confirm", "--rest"), 3),
        (("sync", "--remote", "nonsense"), 2),
        (("programme", "check", "/nonexistent.toml"), 2),
        (("partner", "trust", "/nonexistent.card", "--fingerprint", "x"), 2),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else str(value),
)
def test_a_refusal_is_one_json_document_and_a_sentence_and_changes_nothing(
    steady: Sites, before: Tables, words: tuple[str, ...], code: int
) -> None:
    machine = steady.contractor
    result = machine.run(*words)
    assert result.code == code, result
    error = json.loads(result.out)["error"]
    assert error["exit_code"] == code and error["what"] and error["where"] is not None
    assert result.err and "Traceback" not in result.err and "予期しない" not in result.err
    assert machine.tables() == before


@pytest.mark.parametrize(
    ("words", "missing", "code"),
    [
        (("status",), "IKIIKI_VAULT", 2),
        (("status",), "IKIIKI_PASSWORD_FILE", 4),
        (("sync",), "IKIIKI_VAULT", 2),
    ],
)
def test_what_is_needed_and_not_given_is_named(
    steady: Sites, words: tuple[str, ...], missing: str, code: int
) -> None:
    machine = steady.contractor
    env = {name: value for name, value in machine.env().items() if name != missing}
    result = in_process(machine.words(*words), env)
    assert result.code == code
    assert missing in json.loads(result.out)["error"]["next_step"]


@pytest.mark.parametrize(
    ("written", "said"), [(b"", "空です"), (b"\n\n", "空です"), ("合言葉".encode("cp932"), "読めません")]
)
def test_a_password_file_without_a_password_is_no_guess_at_one(
    steady: Sites, tmp_path: Path, written: bytes, said: str
) -> None:
    machine, secret = steady.contractor, tmp_path / "secret"
    secret.write_bytes(written)
    knocks = (machine.folder / "knocks.jsonl").read_bytes()
    result = in_process(machine.words("status"), {**machine.env(), "IKIIKI_PASSWORD_FILE": str(secret)})
    error = json.loads(result.out)["error"]
    assert (result.code, error["where"]) == (4, "IKIIKI_PASSWORD_FILE")
    assert said in error["what"]
    assert (machine.folder / "knocks.jsonl").read_bytes() == knocks


def test_a_folder_that_is_no_vault_is_named(steady: Sites, tmp_path: Path) -> None:
    machine = steady.contractor
    result = in_process(machine.words("status"), machine.env() | {"IKIIKI_VAULT": str(tmp_path / "none")})
    assert result.code in (1, 2) and "保管庫" in json.loads(result.out)["error"]["what"]


@pytest.mark.parametrize(
    "words",
    [
        ("status",), ("intake", "list"), ("intake", "list", "--held"), ("intake", "show", 1), ("intake", "reasons"),
        ("lottery", "status"), ("participants", "outings"), ("ledger", "list"), ("ledger", "verify"), ("log", "list"),
        ("staff", "list"), ("programme", "template"),
    ],
    ids=lambda value: " ".join(map(str, value)),
)  # fmt: skip
def test_every_list_is_one_json_document_and_words_without_json(
    steady: Sites, words: tuple[object, ...]
) -> None:
    machine = steady.contractor
    assert isinstance(machine.do(*words), dict)
    spoken = in_process(machine.words(*words, json_=False), machine.env())
    assert spoken.code == 0 and spoken.out.strip()
    with pytest.raises(ValueError):
        json.loads(spoken.out)


def test_lists_show_the_least(steady: Sites) -> None:
    """Addresses, phones, mails and birth dates are seen by opening a record, which is logged."""
    machine = steady.contractor
    said = machine.runner(machine.words("intake", "list", json_=False), machine.env()).out
    said += machine.run("intake", "list").out + machine.run("status").out + machine.run("log", "list").out
    for row in APPLICANTS:
        for item in (row[6].replace("-", ""), row[6], row[7]):
            assert not item or item not in said
    assert "1950-03-04" not in said and "1-2-3" not in said
    opened = machine.do("intake", "show", 1)
    assert opened["applicant"]["phone"] == "0352731001"
    assert machine.do("log", "list")["rows"][1]["act"] == "open"


def test_errors_name_rows_and_never_people(steady: Sites) -> None:
    machine = steady.contractor
    swapped = (("W1", *APPLICANTS[4][1:]), ("W5", *APPLICANTS[0][1:]))
    (machine.base / "swapped.csv").write_bytes(export(swapped))
    result = machine.run("intake", "import", machine.base / "swapped.csv")
    assert result.code == 2 and "swapped.csv 1行目" in result.err
    for row in APPLICANTS:
        assert row[2] not in result.err and (not row[6] or row[6] not in result.err)


def test_an_unexpected_error_tells_its_place_and_nothing_it_held(
    steady: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = steady.contractor

    def fail(*_: object) -> None:
        raise KeyError("サトウ ハナコ")

    monkeypatch.setattr("core.office.intake.Intake.page", fail)
    result = machine.run("intake", "list")
    assert result.code == 1
    assert "KeyError" in result.err and "サトウ" not in result.err + result.out
    assert json.loads(result.out)["error"]["exit_code"] == 1


def test_a_year_published_where_nothing_can_be_written_says_so(at: At, tmp_path: Path) -> None:
    machine = at("draw").contractor
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert "書けません" in machine.refused("lottery", "publish", tmp_path / "file" / "public", code=2)


def test_the_screens_need_a_terminal_and_say_so(steady: Sites) -> None:
    done = as_process(["tui"], steady.ward.env())
    assert (done.code, done.out) == (2, "")
    assert "端末がないため画面を開けません" in done.err and "次にすること" in done.err
    assert "\x1b" not in done.err, "nothing was painted"
