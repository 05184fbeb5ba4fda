"""Every command that writes, as it would be given on a good day: the stage of the small year, and what leads up to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from cli.main import program
from tests.journeys.acting import APPLICANTS, PROGRAMME, Machine, Sites, export

Words = tuple[object, ...]


@dataclass(frozen=True)
class Scene:
    """`words` may do something first; they are the command's, for `site`'s machine."""

    stage: str
    site: str
    words: Callable[[Sites], Words]

    def machine(self, sites: Sites) -> Machine:
        return sites.contractor if self.site == "c" else sites.ward


def _file(sites: Sites, name: str, text: str = "") -> str:
    path = sites.base / name
    if text:
        path.write_text(text, encoding="utf-8")
    return str(path)


def _import(sites: Sites) -> Words:
    (sites.base / "export.csv").write_bytes(export())
    return "intake", "import", sites.base / "export.csv"


def _changed(sites: Sites) -> Words:
    return "programme", "set", _file(sites, "changed.toml", PROGRAMME.replace("capacity = 3", "capacity = 2"))


def _safeguarded(sites: Sites) -> Words:
    """Other safeguards of the contractor's wait at the ward."""
    ruled = PROGRAMME + '\n[accounts]\nsecond_person = ["freeze"]\n'
    sites.contractor.do("programme", "set", _file(sites, "ruled.toml", ruled))
    sites.sync()
    return "programme", "agree", sites.ward.do("programme", "waiting")["waiting"]["id"]


def _box(sites: Sites) -> Words:
    settings = (
        'folder = "1"\nclient_id = "i"\nclient_secret = "s"\nuser = "2"\ncollaborators = ["a@example.jp"]\n'
    )
    return "courier", "box", _file(sites, "box.toml", settings), "--credential", sites.base / "credential"


def _mail(sites: Sites) -> Words:
    return (
        "papers",
        "mail-server",
        _file(sites, "mail.toml", 'host = "smtp.example.jp"\nsender = "a@example.jp"\n'),
    )


def _medium(sites: Sites, name: str = "usb") -> str:
    (sites.base / name).mkdir(exist_ok=True)
    return str(sites.base / name)


def _desk(sites: Sites) -> None:
    sites.ward.do(
        "intake", "add", "--kana", "オノ キミ", "--birth-date", "S22.9.9", "--address", "新宿区榎町6", "--phone", "03-5273-1012",
        "--preferences", "B", "--route", "desk",
    )  # fmt: skip


def _receive(sites: Sites) -> Words:
    _desk(sites)
    sites.ward.do("intake", "hand-over", _medium(sites))
    return "intake", "receive", _medium(sites)


def _hand_over(sites: Sites) -> Words:
    _desk(sites)
    return "intake", "hand-over", _medium(sites)


def _held(sites: Sites) -> Words:
    rows = (("X1", *APPLICANTS[0][1:3], "昭和45年3月4日", *APPLICANTS[0][4:]),)  # too young, or a mistake
    (sites.base / "late.csv").write_bytes(export(rows))
    sites.contractor.do("intake", "import", sites.base / "late.csv")
    (held,) = sites.contractor.do("intake", "list", "--held")["applications"]
    return "intake", "resolve", held["number"], "--accept", "--reason", "ward_decision"


def _forms(sites: Sites) -> str:
    return str(sites.ward.do("handover", "forms", 3)["id"])


def _given(sites: Sites, *, taken: bool = True) -> str:
    name = _forms(sites)
    sites.ward.do("handover", "bag", name)
    sites.ward.do("handover", "give", name)
    if taken:
        sites.contractor.do("handover", "take", name, 3)
    return name


def _exported(sites: Sites) -> str:
    return str(sites.contractor.do("export", _medium(sites), "--what", "applications", "--to", "ward")["id"])


def _seated(sites: Sites) -> int:
    for outing in "AB":
        for row in sites.contractor.do("participants", "list", outing)["rows"]:
            if row["standing"] == "seated":
                return int(row["number"])
    raise AssertionError("nobody is seated")


def _two(sites: Sites) -> Words:
    numbers = [row["number"] for row in sites.contractor.do("intake", "list")["applications"]]
    return tuple(numbers[3:5])


def _told(sites: Sites) -> Words:
    sites.ward.do("review", "send")
    return "phone", "tell", "review"


def _heard(sites: Sites) -> Words:
    sites.ward.do("review", "send")
    return "phone", "hear", "review", sites.ward.do("phone", "tell", "review")["code"]


def _person(sites: Sites) -> None:
    sites.contractor.do("staff", "add", "c-two", "--name", "担当", "--role", "handler")


def _restored(sites: Sites) -> Words:
    """The contractor goes on from a backup of before ③; what the ward is asked for."""
    backup = sites.contractor.do("backup", "--to", _medium(sites, "backups"))["file"]
    sites.contractor.do("intake", "send")
    sites.sync()
    shutil.rmtree(sites.contractor.folder)
    done = sites.contractor.do("restore", backup, sites.contractor.folder, "--declare")
    return "ledger", "hand-back", done["ledger"], done["head"][:8], "--to", sites.base / "back.ikh"


def _handed_back(sites: Sites) -> Words:
    back = sites.ward.do(*_restored(sites))
    return "ledger", "take-back", back["file"], back["told"], back["head"][:8]


SCENES: dict[str, Scene] = {
    "programme set": Scene("found", "c", _changed),
    "programme agree": Scene("apply", "w", _safeguarded),
    "staff add": Scene("found", "c", lambda s: ("staff", "add", "c-two", "--name", "担当", "--role", "handler")),
    "staff revoke": Scene("found", "c", lambda s: (_person(s), "staff", "revoke", "c-two")[1:]),
    "partner export": Scene("found", "w", lambda s: ("partner", "export", _file(s, "again.card"))),
    "partner renew": Scene("apply", "c", lambda s: ("partner", "renew")),
    "courier box": Scene("found", "w", _box),
    "intake import": Scene("found", "c", _import),
    "intake add": Scene(
        "found", "c",
        lambda s: ("intake", "add", "--kana", "はやし ふみこ", "--birth-date", "S24.2.3", "--address", "新宿区百人町1-9",
                   "--phone", "03-5273-1010", "--preferences", "A、B", "--route", "post"),
    ),
    "intake edit": Scene("apply", "c", lambda s: ("intake", "edit", 1, "--set", "phone=03-5273-4321")),
    "intake withdraw": Scene("apply", "c", lambda s: ("intake", "withdraw", 1)),
    "intake resolve": Scene("apply", "c", _held),
    "intake group": Scene("apply", "c", lambda s: ("intake", "group", *_two(s))),
    "intake send": Scene("apply", "c", lambda s: ("intake", "send")),
    "intake hand-over": Scene("apply", "w", _hand_over),
    "intake receive": Scene("apply", "c", _receive),
    "review confirm": Scene("send", "w", lambda s: ("review", "confirm", "--rest")),
    "review return": Scene("send", "w", lambda s: ("review", "return", 1, "--code", "unclear")),
    "review send": Scene("send", "w", lambda s: (s.ward.do("review", "confirm", "--rest"), "review", "send")[1:]),
    "review approve": Scene(
        "draw", "w",
        lambda s: (s.contractor.do("participants", "send"), s.sync(),
                   s.ward.do("review", "confirm", "--rest", "--stage", "participants"), s.ward.do("review", "send"),
                   "review", "approve")[4:],
    ),
    "lottery seal": Scene("apply", "c", lambda s: ("lottery", "seal")),
    "lottery freeze": Scene("review", "c", lambda s: ("lottery", "freeze")),
    "lottery abandon": Scene("review", "c", lambda s: (s.contractor.do("lottery", "freeze"), "lottery", "abandon", "--reason", "roll-wrong")[1:]),
    "lottery publish": Scene("draw", "c", lambda s: ("lottery", "publish", s.base / "public")),
    "participants cancel": Scene("approve", "c", lambda s: ("participants", "cancel", _seated(s))),
    "participants close": Scene("approve", "c", lambda s: ("participants", "close", "A")),
    "participants send": Scene("draw", "c", lambda s: ("participants", "send")),
    "papers notices": Scene("approve", "c", lambda s: ("papers", "notices", s.base / "papers" / "n.pdf")),
    "papers dispatch": Scene("approve", "c", lambda s: (s.contractor.do("papers", "notices", s.base / "n.pdf"), "papers", "dispatch")[1:]),
    "papers ledger": Scene("found", "c", lambda s: ("papers", "ledger", s.base / "kanribo.xlsx")),
    "papers wording": Scene("found", "c", lambda s: ("papers", "wording", s.base / "words")),
    "papers mail-server": Scene("found", "c", _mail),
    "register add": Scene("found", "c", lambda s: ("register", "add", "clause", "clause=appi", "edition=令和8年版", "state=read")),
    "ledger add": Scene("found", "c", lambda s: ("ledger", "add", "--act", "store", "--content", "forms", "--qty", "3", "--unit", "sheets", "--medium", "paper")),
    "ledger export": Scene("found", "c", lambda s: ("ledger", "export", s.base / "ledger.jsonl")),
    "ledger hand-back": Scene("apply", "w", _restored),
    "ledger take-back": Scene("apply", "c", _handed_back),
    "backup": Scene("found", "c", lambda s: ("backup", "--to", _medium(s, "backups"))),
    "export": Scene("review", "c", lambda s: ("export", _medium(s), "--what", "applications", "--to", "ward")),
    "handover forms": Scene("apply", "w", lambda s: ("handover", "forms", 3)),
    "handover bag": Scene("apply", "w", lambda s: ("handover", "bag", _forms(s))),
    "handover give": Scene("apply", "w", lambda s: (name := _forms(s), s.ward.do("handover", "bag", name), "handover", "give", name)[2:]),
    "handover take": Scene("apply", "c", lambda s: ("handover", "take", _given(s, taken=False), 3)),
    "handover slip": Scene("apply", "w", lambda s: ("handover", "slip", _forms(s), s.base / "slip.pdf")),
    "handover label": Scene("review", "c", lambda s: ("handover", "label", _exported(s), s.base / "label.pdf")),
    "person disclose": Scene("apply", "c", lambda s: ("person", "disclose", 1, s.base / "one.pdf")),
    "person erase": Scene("apply", "c", lambda s: (s.contractor.do("intake", "withdraw", 1), "person", "erase", 1, "--reason", "request")[1:]),
    "phone tell": Scene("send", "w", lambda s: (s.ward.do("review", "confirm", "--rest"), *_told(s))[1:]),
    "phone hear": Scene("send", "c", lambda s: (s.ward.do("review", "confirm", "--rest"), *_heard(s))[1:]),
    "sync": Scene("apply", "c", lambda s: (s.contractor.do("intake", "send"), "sync")[1:]),
}  # fmt: skip


ELSEWHERE: dict[str, str] = {
    "init": "a vault appears whole or not at all: tests/storage/vault/test_vault_opening.py",
    "staff password": "it wants another password than the machines of these tests have: tests/storage/vault/test_vault_people.py",
    "restore": "tests/storage/backup/test_restore.py",
    "erase run": "tests/faults/test_erasure_kills.py",
    "demo": "makes its own two sites, and is thrown away",
}
"""Commands that write in a way of their own, and who breaks them."""
LIKE: dict[str, str] = {
    **dict.fromkeys(("intake companions",), "intake group"),
    **dict.fromkeys(("lottery open", "lottery dice", "lottery draw"), "lottery freeze"),
    **dict.fromkeys(("participants decline", "participants disqualify", "participants shrink", "participants reserve",
                     "participants release", "participants late", "participants attend"), "participants cancel"),
    **dict.fromkeys(("papers roster", "papers staff", "papers ceremony", "papers review", "papers audit", "papers reprint",
                     "lottery report", "lottery chances", "review paper", "participants phones", "participants no-shows"), "papers ledger"),
    **dict.fromkeys(("papers mail", "papers mail-settle", "papers bounced"), "papers dispatch"),
    **dict.fromkeys(("register end", "register report", "register correct"), "register add"),
    **dict.fromkeys(("ledger settle", "log answer", "bundle aside", "bundle void"), "ledger add"),
    **dict.fromkeys(("review answer", "review undo"), "review return"),
    **dict.fromkeys(("handover notice",), "handover label"),
    **dict.fromkeys(("handover signed", "handover recount", "handover send-back", "handover back", "handover return-by",
                     "inventory stored", "inventory taken-out", "inventory destroyed"), "handover take"),
    **dict.fromkeys(("erase propose", "erase confirm", "erase drop", "erase tick", "erase report"), "person erase"),
    **dict.fromkeys(("handover retract",), "handover take"),
    **dict.fromkeys(("second confirm", "second drop"), "ledger add"),
    **dict.fromkeys(("papers window",), "papers ledger"),
    **dict.fromkeys(("log reply", "log sign"), "ledger add"),
    **dict.fromkeys(("person agree",), "person erase"),
    **dict.fromkeys(("person decline", "person ask"), "ledger add"),
    **dict.fromkeys(("staff reset",), "staff add"),
    **dict.fromkeys(("programme decline",), "programme agree"),
    **dict.fromkeys(("backup rehearse",), "backup"),
    **dict.fromkeys(("partner trust",), "partner renew"),
}  # fmt: skip
"""Commands whose writing is that of another: one transaction of the same store, or one file by the same function."""
LOOKING = frozenset(
    [
        "person-remains",
        "person-requests",
        "log-review",
        "second-list",
        "staff-phrase",
        "tui",
        "status",
        "due",
        "keys",
        "doctor",
        "backup-list",
        "programme-template",
        "programme-check",
        "programme-waiting",
        "staff-list",
        "partner-status",
        "phone-value",
        "bundle-status",
        "intake-show",
        "intake-list",
        "intake-reasons",
        "review-list",
        "lottery-status",
        "lottery-hashes",
        "lottery-verify",
        "participants-outings",
        "participants-list",
        "register-kinds",
        "register-list",
        "register-incidents",
        "ledger-list",
        "ledger-verify",
        "ledger-told",
        "log-list",
        "log-box",
        "erase-plan",
        "handover-list",
        "inventory-list",
    ]
)
"""Commands that write nothing but who looked."""


def every_command() -> Iterator[str]:
    """All of them, as they are typed."""

    def below(command: object, path: tuple[str, ...]) -> Iterator[str]:
        children = getattr(command, "commands", None) or {}
        if path and (not children or getattr(command, "invoke_without_command", False)):
            yield " ".join(path)
        for name, child in children.items():
            yield from below(child, (*path, name))

    yield from below(typer.main.get_command(program()), ())
