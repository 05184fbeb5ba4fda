"""Two sites on one machine, worked by the command alone: run in this process, or as a process of its own."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from cli import main, usage
from cli.clock import now
from cli.session import Session, open_session
from core.roles import Site
from storage.courier.destination import folder_text
from storage.store import MIGRATIONS
from storage.store.tx import VaultTx
from storage.vault.integrity import check_integrity
from storage.vault.opened import OpenVault
from storage.vault.vault import open_vault

IKIIKI = Path(sys.executable).with_name("ikiiki")
PASSWORD = "a path through the cedars"
FIRST_PASSWORD = "only until the first login"
MANAGER = {Site.CONTRACTOR: "c-boss", Site.WARD: "w-boss"}
DICE = "08365512907744019283"

PROGRAMME = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
prefecture = "東京都"
ward = "新宿区"
reference_date = 2026-04-01
minimum_age = 60
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 4

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 3

[draw]
largest_group = 2
"""

HEADER = "受付番号,申請日時,セイ,メイ,生年月日,郵便番号,住所,電話番号,メールアドレス,第1希望,第2希望,グループ"
APPLICANTS = (
    ("W1", "サトウ", "ハナコ", "昭和25年3月4日", "160-0022", "東京都新宿区新宿1-2-3", "03-5273-1001", "hanako@example.jp", "A", "B", ""),
    ("W2", "タカハシ", "キヨシ", "昭和20年11月30日", "162-0056", "東京都新宿区若松町4-5", "090-1234-1002", "", "A", "", "G1"),
    ("W3", "タカハシ", "ウメ", "昭和22年1月2日", "162-0056", "東京都新宿区若松町4-5", "090-1234-1003", "ume@example.jp", "A", "", "G1"),
    ("W4", "ヤマモト", "イワオ", "昭和30年5月5日", "169-0072", "東京都新宿区大久保2-2-2", "03-5273-1004", "", "B", "A", ""),
    ("W5", "コバヤシ", "チヨ", "昭和28年8月8日", "161-0033", "東京都新宿区下落合3-3", "03-5273-1005", "chiyo@example.jp", "B", "", ""),
    ("W6", "ワタナベ", "ジュンイチ", "昭和31年7月7日", "160-0004", "東京都新宿区四谷1-1", "080-1234-1006", "", "A", "B", ""),
    ("W7", "ヨシダ", "ヴォーン", "昭和19年12月1日", "162-0805", "東京都新宿区矢来町7", "03-5273-1007", "", "B", "A", ""),
    ("W8", "マツモト", "セツコ", "昭和26年6月6日", "162-0825", "東京都新宿区神楽坂6-6", "03-5273-1008", "", "A", "", ""),
    ("W9", "シミズ", "ミノル", "昭和24年4月4日", "160-0023", "東京都新宿区西新宿8-8", "", "", "A", "B", ""),
)  # fmt: skip
"""Nine who came by the web form; W9 forgot the telephone."""


def export(rows: tuple[tuple[str, ...], ...] = APPLICANTS) -> bytes:
    """The form's CSV, as Japanese systems write it: CP932, CRLF."""
    lines = [HEADER, *(",".join((row[0], "2026/04/02 10:00", *row[1:])) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


@dataclass(frozen=True)
class Result:
    """What a command left behind it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


_program, _ready = functools.cache(main.program), functools.cache(usage.ready)
"""A journey calls some hundred commands: their arguments are made out of their signatures once."""


def in_process(words: list[str], env: Mapping[str, str]) -> Result:
    """The command in this process: the same entry point, without a new interpreter."""
    out, err = io.StringIO(), io.StringIO()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IKIIKI_")}
    mask = os.umask(0o077)
    with (
        mock.patch.dict(os.environ, {**kept, **env}, clear=True),
        mock.patch.object(main, "program", _program),
        mock.patch.object(usage, "ready", _ready),
        mock.patch.object(sys, "argv", ["ikiiki", *words]),
        mock.patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main.run()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        finally:
            os.umask(mask)
    return Result(code, out.getvalue(), err.getvalue())


def start(words: list[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
    """The installed command under way, for whoever wants to meddle with it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IKIIKI_")}
    return subprocess.Popen(
        [str(IKIIKI), *words], env={**kept, **env}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def as_process(words: list[str], env: Mapping[str, str]) -> Result:
    """The installed command, as a person or a timer starts it."""
    process = start(words, env)
    out, err = process.communicate()
    return Result(process.returncode, out, err)


def put_in_place(file: Path, text: str) -> None:
    """Whole or not at all, for others who may read it."""
    new = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


@dataclass
class Machine:
    """One site's machine: its vault, and the person who works on it."""

    base: Path
    site: Site
    staff: str = ""
    password: str = PASSWORD
    runner: Any = field(default=in_process, repr=False)

    @property
    def folder(self) -> Path:
        return self.base / self.site.value

    def env(self) -> dict[str, str]:
        """The environment of this machine's commands; its password lies in a file."""
        secret = self.base / f"password-{hashlib.sha256(self.password.encode()).hexdigest()[:8]}"
        if not secret.exists():  # once: somebody else's command may be reading it
            put_in_place(secret, self.password + "\n")
        temporary = self.base / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            "IKIIKI_VAULT": str(self.folder),
            "IKIIKI_PASSWORD_FILE": str(secret),
            "IKIIKI_NEW_PASSWORD_FILE": str(secret),
            "XDG_STATE_HOME": str(self.base / "state"),
            "TMPDIR": str(temporary),
        }

    def words(self, *words: object, json_: bool = True, alone: bool = False) -> list[str]:
        """The command's words; `alone` logs nobody in."""
        who = [] if alone else ["--staff", self.staff or MANAGER[self.site]]
        return [*who, *map(str, words), *(["--json"] if json_ else [])]

    def run(self, *words: object, alone: bool = False) -> Result:
        """Whatever comes of it."""
        return self.runner(self.words(*words, alone=alone), self.env())

    def do(self, *words: object, alone: bool = False) -> Any:
        """The command's JSON document; it must succeed."""
        result = self.run(*words, alone=alone)
        assert result.code == 0, (words, result.code, result.err)
        return result.json

    def engage(self, staff: str, name: str, role: str = "handler") -> None:
        """Somebody gets a login from this person, and at the first chooses a password: this machine's."""
        mine = self.env()["IKIIKI_PASSWORD_FILE"]
        first = replace(self, password=FIRST_PASSWORD).env()["IKIIKI_PASSWORD_FILE"]
        adding = self.words("staff", "add", staff, "--name", name, "--role", role)
        choosing = replace(self, staff=staff).words("staff", "password")
        for words, old, new in ((adding, mine, first), (choosing, first, mine)):
            files = {"IKIIKI_PASSWORD_FILE": old, "IKIIKI_NEW_PASSWORD_FILE": new}
            result = self.runner(words, {**self.env(), **files})
            assert result.code == 0, (words, result.err)

    def refused(self, *words: object, code: int, alone: bool = False) -> str:
        """The error of a command that must fail so, in a Japanese sentence and with a traceback nowhere."""
        result = self.run(*words, alone=alone)
        assert result.code == code, (words, result.code, result.out[-500:], result.err)
        error = result.json["error"]
        assert error["exit_code"] == code
        assert any("ぁ" <= letter <= "ヶ" for letter in error["what"]), error
        assert "Traceback" not in result.err and "予期しない" not in result.err
        assert error["what"] in result.err
        return str(error["what"])

    def session(self) -> Session:
        """The person logged in, as a screen keeps them; to be closed."""
        with mock.patch.dict(os.environ, self.env()):
            return open_session(self.folder, self.staff or MANAGER[self.site], self.password)

    @contextlib.contextmanager
    def vault(self) -> Iterator[OpenVault]:
        """The vault opened beneath the command, to look inside."""
        with open_vault(
            self.folder, self.staff or MANAGER[self.site], self.password,
            migrations=MIGRATIONS, now=now, state_dir=self.base / "state" / "ikiiki",
        ) as vault:  # fmt: skip
            yield vault

    @contextlib.contextmanager
    def looking(self) -> Iterator[VaultTx]:
        with self.vault() as vault, vault.read() as connection:
            yield VaultTx(connection)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything the vault holds, but for who looked when (操作ログ), the count of commits, and which bundles would not do."""
        with self.vault() as vault, vault.read() as connection:
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name"
                )
                if row[0] not in ("vault", "access_log") and not row[0].startswith("sqlite_")
            ]
            held = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
            held["setting"] = [
                row for row in held["setting"] if not row[0].startswith(("bundles_refused", "account_"))
            ]
            return {name: sorted(rows, key=repr) for name, rows in held.items()}

    def sound(self) -> None:
        """The vault is whole, and both ledgers in it hold from the first line."""
        with self.vault() as vault:
            assert check_integrity(vault) == []
        assert self.do("ledger", "verify")["ok"] is True


@dataclass
class Sites:
    """Both machines and what lies between them."""

    base: Path
    runner: Any = field(default=in_process, repr=False)

    def __post_init__(self) -> None:
        self.contractor = Machine(self.base, Site.CONTRACTOR, runner=self.runner)
        self.ward = Machine(self.base, Site.WARD, runner=self.runner)

    @property
    def both(self) -> tuple[Machine, Machine]:
        return self.contractor, self.ward

    def other(self, machine: Machine) -> Machine:
        return self.ward if machine is self.contractor else self.contractor

    @property
    def remote(self) -> Path:
        return self.base / "remote"

    def sync(self, rounds: int = 2) -> None:
        """As the timers of both sites would."""
        for _ in range(rounds):
            for machine in self.both:
                machine.do("sync")

    def copy(self, to: Path) -> Sites:
        """The same sites elsewhere, with their own marks and remote: whatever is done there leaves these alone."""
        shutil.copytree(self.base, to, dirs_exist_ok=True)
        copied = Sites(to)
        for machine in copied.both:
            courier = machine.folder / "courier"
            if (courier / "remote.toml").exists():  # as if it had always been there
                (courier / "places.jsonl").unlink(missing_ok=True)
                (courier / "remote.toml").write_bytes(folder_text(f"folder:{copied.remote}"))
        return copied

    # -- the year, in parts -----------------------------------------------------------------------------------

    def found(self, programme: str = PROGRAMME) -> None:
        """Both vaults, made and paired, and the programme at both."""
        self.remote.mkdir(parents=True, exist_ok=True)
        (self.base / "programme.toml").write_text(programme, encoding="utf-8")
        for machine in self.both:
            extra = ["--programme", self.base / "programme.toml"] if machine.site is Site.CONTRACTOR else []
            machine.do(
                "init", machine.folder, "--site", machine.site, "--staff", MANAGER[machine.site], "--name", "責任者",
                "--kdf-mib", 64, "--remote", f"folder:{self.remote}", *extra, alone=True,
            )  # fmt: skip
        self.pair()
        self.sync()

    def pair(self) -> None:
        cards = {m.site: self.base / f"{m.site}.card" for m in self.both}
        spoken = {m.site: m.do("partner", "export", cards[m.site])["fingerprint"] for m in self.both}
        for machine in self.both:
            other = machine.site.other
            machine.do("partner", "trust", cards[other], "--fingerprint", spoken[other])

    def apply(self) -> None:
        """①② and ※: nine by the form, one by post, one at the ward's counter; what was in doubt is settled."""
        (self.base / "export.csv").write_bytes(export())
        imported = self.contractor.do("intake", "import", self.base / "export.csv")["files"][0]
        assert (imported["accepted"], imported["held"]) == (8, 1)
        self.contractor.do(
            "intake", "add", "--kana", "はやし ふみこ", "--birth-date", "S24.2.3", "--address", "新宿区百人町1-9",
            "--phone", "03-5273-1010", "--preferences", "A、B", "--route", "post",
        )  # fmt: skip
        self.ward.do(
            "intake", "add", "--kana", "イケダ トオル", "--birth-date", "S21.9.9", "--address", "新宿区榎町5-5",
            "--phone", "03-5273-1011", "--preferences", "B", "--route", "desk",
        )  # fmt: skip
        (self.base / "medium").mkdir()
        bundle = self.ward.do("intake", "hand-over", self.base / "medium")["bundle"]
        assert self.contractor.do("intake", "receive", self.base / "medium")["bundles"] == [bundle]
        held = self.contractor.do("intake", "list", "--held")["applications"]
        assert [row["problems"] for row in held] == [["missing_phone"]]
        edited = self.contractor.do("intake", "edit", held[0]["number"], "--set", "phone=03-5273-1009")
        assert edited["state"] == "accepted"

    def send(self) -> None:
        """③④, and the contractor's seal with it."""
        self.contractor.do("lottery", "seal")
        assert self.contractor.do("intake", "send")["applications"] == 11
        self.sync()

    def review(self) -> None:
        """⑤, and the ward's seal with it."""
        assert self.ward.do("review", "confirm", "--rest")["open"] == 0
        self.ward.do("review", "send")
        self.ward.do("lottery", "seal")
        self.sync()

    def draw(self) -> None:
        """⑥ from the roll to the signed result."""
        for machine, *words in (
            (self.contractor, "freeze"), (self.ward, "freeze"), (self.contractor, "open"), (self.ward, "open"),
            (self.contractor, "dice", DICE, "--again", DICE), (self.ward, "dice", DICE, "--again", DICE),
            (self.contractor, "draw"),
        ):  # fmt: skip
            machine.do("lottery", *words)
            machine.do("sync")
            self.other(machine).do("sync")
        assert [m.do("lottery", "status")["step"] for m in self.both] == ["done", "done"]

    def approve(self) -> None:
        """⑦–⑩."""
        self.contractor.do("participants", "send")
        self.sync()
        self.ward.do("review", "confirm", "--rest", "--stage", "participants")
        self.ward.do("review", "send")
        self.ward.do("review", "approve")
        self.sync()

    def notify(self) -> None:
        """⑪."""
        self.contractor.do("papers", "notices", self.base / "papers" / "notices.pdf")
        assert self.contractor.do("papers", "dispatch")["notices"] == 11
        self.sync()


STAGES = ("found", "apply", "send", "review", "draw", "approve", "notify")


def digest(folder: Path, *, but: tuple[str, ...] = ("knocks.jsonl",)) -> dict[str, str]:
    """The hash of every file below `folder`, but for those named."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in but and not any(part in but for part in path.parts)
    }
