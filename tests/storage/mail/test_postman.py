"""What became of each mail is known for certain, or it is said that it is not; nothing leaves without checked TLS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from core.errors import IkiikiError, LoginFailed, RemoteUnreachable
from core.mail_settings import MailSettings
from core.office.mails import Answer, MailState, Outgoing
from storage.mail.postman import SmtpPostman
from tests.storage.mail.server import LOGIN, PASSWORD, Taken, serving

NOW = dt.datetime(2026, 5, 20, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
LETTER = Outgoing(
    "0123456789abcdef" * 2,
    "hanako@example.jp",
    "令和8年度 いきいきハイキング 参加証",
    "サトウ ハナコ 様\n\n.点で始まる行\n",
)


def postman(port: int, authority: Path | None, **changes: Any) -> SmtpPostman:
    settings = MailSettings(
        host="127.0.0.1", port=port, sender="office@example.jp", sender_name="事務局", per_minute=0,
        ca_bundle=str(authority) if authority else "", **changes,
    )  # fmt: skip
    return SmtpPostman(settings, lambda: NOW)


def delivered(taken: Taken, port: int, authority: Path, letter: Outgoing = LETTER, **changes: Any) -> Answer:
    man = postman(port, authority, **changes)
    try:
        return man.deliver(letter, lambda: True)
    finally:
        man.close()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_mail_arrives_as_it_was_written(tmp_path: Path, tls: str) -> None:
    with serving(tmp_path, implicit=tls == "implicit") as (port, authority, taken):
        answer = delivered(taken, port, authority, tls=tls, login=LOGIN, password=PASSWORD)
    assert answer == Answer(MailState.SENT, 250)
    ((message_id, to, text),) = taken.mails
    mail = message_from_bytes(text, policy=default)
    assert (message_id, to) == (f"<{LETTER.key}@example.jp>", "hanako@example.jp")
    assert (mail["Subject"], mail["To"]) == (LETTER.subject, "hanako@example.jp")
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_same_notice_has_the_same_number_each_time_it_is_tried(tmp_path: Path) -> None:
    with serving(tmp_path) as (port, authority, taken):
        for _ in range(2):
            delivered(taken, port, authority)
    assert len(set(taken.ids)) == 1


@pytest.mark.parametrize("address", ["a..b.@docomo.example.jp", "[odd]@example.jp"])
def test_addresses_carriers_gave_out_are_not_refused_here(tmp_path: Path, address: str) -> None:
    with serving(tmp_path) as (port, authority, taken):
        letter = Outgoing(LETTER.key, address, LETTER.subject, LETTER.body)
        answer = delivered(taken, port, authority, letter)
    assert answer.state in (MailState.SENT, MailState.REFUSED)


@pytest.mark.parametrize(
    "address", ["hana ko@example.jp", "a@example.jp>\r\nRCPT TO:<b@example.jp", "花子@example.jp"]
)
def test_an_address_no_command_can_hold_never_reaches_the_server(tmp_path: Path, address: str) -> None:
    with serving(tmp_path) as (port, authority, taken):
        answer = delivered(taken, port, authority, Outgoing(LETTER.key, address, "s", "b"))
    assert answer.state is MailState.REFUSED and not taken.mails


CASES = {
    ("rcpt", "450 later"): (MailState.LATER, 0),
    ("rcpt", "550 unknown"): (MailState.REFUSED, 0),
    ("rcpt", "drop"): (MailState.LATER, 0),
    ("data", "451 later"): (MailState.LATER, 0),
    ("data", "554 no"): (MailState.REFUSED, 0),
    ("data", "421 bye"): (MailState.LATER, 0),
    ("data", "drop"): (MailState.UNCLEAR, 0),
    ("data", "lose"): (MailState.UNCLEAR, 1),
}


@pytest.mark.parametrize(("where", "what"), CASES)
def test_what_the_server_says_and_does_not_say(tmp_path: Path, where: str, what: str) -> None:
    with serving(tmp_path, lambda place: what if place == where else "") as (port, authority, taken):
        answer = delivered(taken, port, authority)
    assert (answer.state, len(taken.mails)) == CASES[where, what]


def test_nothing_is_given_away_on_a_no(tmp_path: Path) -> None:
    with serving(tmp_path) as (port, authority, taken):
        man = postman(port, authority)
        assert man.deliver(LETTER, lambda: False).state is None
        assert man.deliver(LETTER, lambda: True).state is MailState.SENT
        man.close()
    assert len(taken.mails) == 1


@pytest.fixture
def silent(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whoever is told nothing in the end sees nothing on the way."""
    yield
    assert "hanako" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("server", "client", "error"),
    [
        ({"name": "mail.example.jp"}, {}, RemoteUnreachable),
        ({}, {"authority": None}, RemoteUnreachable),
        ({"tls": False}, {}, RemoteUnreachable),
        ({"implicit": True}, {"tls": "implicit", "login": LOGIN, "password": "wrong"}, LoginFailed),
    ],
    ids=[
        "another name in the certificate",
        "nobody we trust has signed it",
        "no TLS offered",
        "wrong password",
    ],
)
def test_without_checked_tls_and_the_right_password_nothing_leaves(
    tmp_path: Path, server: dict[str, Any], client: dict[str, Any], error: type[IkiikiError], silent: None
) -> None:
    with serving(tmp_path, **server) as (port, authority, taken):
        man = postman(port, client.pop("authority", authority), **client)
        with pytest.raises(error) as refusal:
            man.deliver(LETTER, lambda: pytest.fail("the text was about to leave"))
        man.close()
    assert not taken.mails and refusal.value.next_step
    assert "wrong" not in str(refusal.value) and "hanako" not in str(refusal.value)


def test_no_server_at_all_is_said(tmp_path: Path) -> None:
    with serving(tmp_path) as (port, authority, _):
        pass
    with pytest.raises(RemoteUnreachable):
        postman(port, authority).deliver(LETTER, lambda: True)
