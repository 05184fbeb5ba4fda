"""The terminal in the access log: an address where sshd tells one, and nothing that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.terminal import client_address, terminal_name


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.7 50022 198.51.100.1 22", "192.0.2.7"),
        ("2001:0db8::1 50022 2001:db8::2 22", "2001:db8::1"),
        ("fe80::1%eth0 50022 fe80::2 22", "fe80::1"),
        ("", ""),
        ("nobody 1 2 3", ""),
        ("\x1b[2J", ""),
    ],
)
def test_the_address_of_the_client(told: str, address: str) -> None:
    assert client_address({"SSH_CONNECTION": told}) == address


@given(st.text())
def test_whatever_is_told_becomes_an_address_or_nothing(told: str) -> None:
    assert set(client_address({"SSH_CONNECTION": told})) <= set("0123456789abcdef.:")


def test_it_stands_behind_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    assert " " not in terminal_name()
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50022 198.51.100.1 22")
    assert terminal_name().endswith(" 192.0.2.7")
