"""Windows that come up over any place: the way in, the lock, the way out, long work."""

from __future__ import annotations

from typing import Any
from unittest import mock

from core.notice_kinds import NoticeKind
from core.office.mailing import MailLine, MailStatus
from core.office.mails import MailState
from core.roles import Role, Site
from tests.snapshots.matrix_errors import Scene
from tests.snapshots.pictures import at_screen, going_to, log_in, settle, then
from tui.widgets.progress import Job, Progress

EVERYBODY = tuple(Role)


async def at_the_door(pilot: Any) -> None:
    await settle(pilot, at_screen(pilot, "Login"))


async def soon_to_be_locked(pilot: Any) -> None:
    await log_in(pilot)
    pilot.app._idle._seconds = lambda: 300.0 - 12
    await pilot.app.watch_idle()


async def left_alone(pilot: Any) -> None:
    await log_in(pilot)
    pilot.app._idle._seconds = lambda: 301.0
    await pilot.app.watch_idle()
    await settle(pilot, at_screen(pilot, "Login"))


async def working(pilot: Any) -> None:
    """As it looks while the courier is at work: that it comes up is tested where it does."""
    await going_to("exchange")(pilot)
    pilot.app.push_screen(Progress(Job("送受信", resumes=True, done=3, total=8)))
    await settle(pilot, at_screen(pilot, "Progress"))


async def stopping(pilot: Any) -> None:
    await working(pilot)
    await then(at_screen_now, "escape")(pilot)


async def at_screen_now(pilot: Any) -> None:
    await settle(pilot)


def there_and_back(*_: Any, **__: Any) -> None:
    """A round of the courier that finds the way clear, and nothing on it."""


async def synced(pilot: Any) -> None:
    with mock.patch("cli.carrying.Trip.round", there_and_back):
        await then(going_to("exchange"), "enter", until="Message")(pilot)


async def carried(pilot: Any) -> None:
    with mock.patch("cli.carrying.Trip.round", there_and_back):
        await then(then(going_to("exchange"), "b", until="Prompt"), "enter", until="Message")(pilot)


LINES = (
    (MailLine(4, NoticeKind.ADMISSION, MailState.UNCLEAR, 0, "<0004.1@example.jp>"),),
    (MailLine(14, NoticeKind.ADMISSION, MailState.REFUSED, 550, "<0014.1@example.jp>"),),
)


async def mailing(pilot: Any) -> None:
    """Asked before the first mail goes."""
    with mock.patch("core.office.mailing.Mailing.settings"):
        await then(going_to("participants"), "t", until="Choice")(pilot)
        words = [key for key, _ in pilot.app.screen._choices]
        await then(settle, *["down"] * words.index("mail"), "enter")(pilot)
        await settle(pilot, lambda: "mail" not in dict(pilot.app.screen._choices))


async def doubtful(pilot: Any) -> None:
    """Which of the mails nobody knows about."""
    status = MailStatus(True, 0, 3, *LINES, 2)
    with mock.patch("core.office.mailing.Mailing.status", lambda *_: status):
        await then(going_to("participants"), "t", until="Choice")(pilot)
        words = [key for key, _ in pilot.app.screen._choices]
        await then(settle, *["down"] * words.index("doubt"), "enter")(pilot)
        await settle(pilot, lambda: "doubt" not in dict(pilot.app.screen._choices))


async def one_doubtful(pilot: Any) -> None:
    """What became of it."""
    await doubtful(pilot)
    before = pilot.app.screen
    await then(settle, "enter")(pilot)
    await settle(pilot, lambda: pilot.app.screen is not before and at_screen(pilot, "Choice")())


OF_PAPERS = {"sites": (Site.CONTRACTOR,), "roles": (Role.MANAGER, Role.HANDLER)}

WINDOWS: dict[str, Scene] = {
    "login": Scene("review", at_the_door, "職員ID", roles=(Role.MANAGER,), hides="取扱責任者"),
    "login_help": Scene("review", then(at_the_door, "f1", until="Help"), "ログイン", roles=(Role.MANAGER,)),
    "locked": Scene(
        "review",
        then(going_to("intake"), "f9", until="Login"),
        "施錠しました",
        roles=EVERYBODY,
        hides="ハナコ",
    ),
    "locked_by_itself": Scene("review", left_alone, "しばらく操作がなかった", roles=(Role.MANAGER,)),
    "lock_warning": Scene("review", soon_to_be_locked, "あと13秒", roles=EVERYBODY),
    "leaving": Scene(
        "review", then(going_to("exchange"), "ctrl+q", until="Choice"), "終了しますか", roles=EVERYBODY
    ),
    "how_to_leave": Scene("review", then(going_to("exchange"), "ctrl+c"), "Ctrl+Q", roles=EVERYBODY),
    "working": Scene("review", working, "3／8", roles=EVERYBODY),
    "mailing": Scene("approved", mailing, "1通ずつメールで送ります", **OF_PAPERS),  # type: ignore[arg-type]
    "mail_in_doubt": Scene("approved", doubtful, "メールの確かめ", **OF_PAPERS),  # type: ignore[arg-type]
    "mail_settled": Scene("approved", one_doubtful, "Message-ID", **OF_PAPERS),  # type: ignore[arg-type]
    "synced": Scene("review", synced, "送受信の結果", roles=EVERYBODY),
    "carried": Scene("review", carried, "受け渡しの結果"),
    "stopping": Scene("review", stopping, "取りやめています", roles=(Role.MANAGER,)),
}
