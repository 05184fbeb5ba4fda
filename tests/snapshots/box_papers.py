"""What Box tells of the folder between the two sites, as a courier brings it."""

from __future__ import annotations

import datetime as dt

from core.exchange.happenings import Account, Happening, Reach, Span, Stream, Watch
from core.office.courier_papers import CourierPapers
from core.roles import Site

US, THEM = "contractor-courier@example.jp", "ward-courier@example.jp"
STRANGER = "dareka@example.com"


def happening(number: int, day: int, type: str, login: str, name: str, ip: str = "") -> Happening:
    """One event, that many minutes after midnight."""
    at = dt.datetime(2026, 5, day, 0, number, tzinfo=dt.UTC).isoformat(timespec="seconds")
    return Happening(
        f"event-{number}", at, type, login.split("@")[0], login, f"9{number}", name, "file", "77", ip
    )


def papers(site: Site) -> CourierPapers:
    """What a courier has fetched when `site` is asked: five things nobody has explained."""
    login = US if site is Site.CONTRACTOR else THEM
    account = Account(login.split("@")[0], login, Reach.ENTERPRISE, "77", allowed=(US, THEM))
    span = Span(Reach.ENTERPRISE, "2026-04-01T09:00:00+09:00", "2026-05-13T15:00:00+09:00")
    watch = Watch(
        account, Stream.LIVE, "12", "", "2026-04-15T09:00:00+09:00", "2026-05-13T15:00:00+09:00", (span,)
    )
    told = [
        happening(0, 11, "UPLOAD", THEM, "memo.txt", "198.51.100.4"),
        happening(1, 11, "UPLOAD", US, "1-cw-00000002.zip", "203.0.113.1"),
        happening(2, 11, "DOWNLOAD", THEM, "1-cw-00000002.zip", "198.51.100.4"),
        happening(3, 12, "DOWNLOAD", STRANGER, "1-cw-00000002.zip", "192.0.2.77"),
        happening(4, 12, "DOWNLOAD", STRANGER, "1-cw-00000002.zip", "192.0.2.78"),
        happening(5, 12, "SHARE", THEM, "1-cw-00000002.zip", "198.51.100.4"),
        happening(6, 13, "DOWNLOAD", THEM, "1-cw-00000003.zip", "198.51.100.4"),
        happening(7, 13, "COLLABORATION_INVITE", US, "いきいき受渡し"),
    ]
    return CourierPapers(log=b"".join(one.line() for one in told), watch=watch.data())
