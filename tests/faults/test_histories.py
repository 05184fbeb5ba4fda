"""A site whose ledger was rewritten, shortened or forked is found out by the other at the next sync, through real bundles."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from core.canonical import sha256_hex
from core.keys import SigningKey
from core.ledger.line import SITE_ACTOR, read_line, sign_line
from core.office.keyring import site_keys
from core.roles import Site
from storage.store.tx import VaultTx
from storage.vault.sqlcipher import Connection
from tests.journeys.acting import Machine, Sites

At = Callable[..., Sites]


def change_history(machine: Machine, keep: int, differently: bool) -> None:
    """What somebody with every key of the site can do: drop the tables' guards, and sign another past.

    Lines after `keep` go; with `differently` they come back with another quantity, each signed by whom it names.
    """
    org = machine.site
    with machine.vault() as vault, vault.write() as connection:
        tx = VaultTx(connection)
        lines = tx.ledger.lines(org)
        staff, site = SigningKey.of(vault.signing_key), site_keys(tx).signing
        _unguarded(connection, org, keep)
        if differently:
            head = sha256_hex(lines[keep - 1])
            for seq, raw in enumerate(lines[keep:], start=keep + 1):
                _, line = read_line(raw, name="test")
                other = dataclasses.replace(line, qty=line.qty + 1 if seq == keep + 1 else line.qty)
                signed = sign_line(other, head, site if line.actor == SITE_ACTOR else staff)
                tx.ledger.append(org, seq, signed)
                head = sha256_hex(signed)


def _unguarded(connection: Connection, org: Site, keep: int) -> None:
    guards = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type='trigger' AND tbl_name='ledger_line'"
    ).fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM ledger_line WHERE org = ? AND seq > ?", (org.value, keep))
    for _, sql in guards:
        connection.execute(sql)


def size_known(machine: Machine) -> int:
    """How many of the other site's lines this one holds."""
    with machine.looking() as tx:
        return tx.ledger.size(machine.site.other)


def say_something(machine: Machine) -> None:
    """One more bundle for the other site, with whatever history the vault now holds."""
    if machine.site is Site.CONTRACTOR:
        machine.do("intake", "edit", 1, "--set", "phone=03-5273-4321")
        machine.do("intake", "send")
    else:
        (row, *_) = machine.do("review", "list")["rows"]
        machine.do("review", "return", row["number"], "--code", "unclear")
        machine.do("review", "send")
    machine.do("sync")


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("how", ["rewritten", "shortened", "forked"])
def test_another_past_is_found_at_the_next_sync(at: At, how: str, site: Site) -> None:
    sites = at("send")
    sites.sync(1)
    liar = sites.contractor if site is Site.CONTRACTOR else sites.ward
    witness = sites.other(liar)
    known = size_known(witness)
    if how == "rewritten":  # an old line, and everything built upon it
        change_history(liar, known - 3, differently=True)
    elif how == "shortened":  # the last lines never were
        change_history(liar, known - 3, differently=False)
    else:  # the last line the witness holds was another one
        change_history(liar, known - 1, differently=True)
    say_something(liar)
    before = witness.tables()
    for _ in range(2):
        witness.refused("sync", code=6)
        assert witness.tables() == before
    assert size_known(witness) == known


@pytest.mark.parametrize("site", list(Site))
def test_the_same_past_with_new_lines_is_taken_in(at: At, site: Site) -> None:
    """The way in which the lies above are told is not what stops them."""
    sites = at("send")
    sites.sync(1)
    honest = sites.contractor if site is Site.CONTRACTOR else sites.ward
    witness = sites.other(honest)
    known = size_known(witness)
    say_something(honest)
    witness.do("sync")
    assert size_known(witness) > known
    for machine in sites.both:
        machine.sound()


def test_a_line_changed_without_any_key_is_found_at_home(at: At) -> None:
    machine = at("apply").contractor
    with machine.vault() as vault, vault.write() as connection:
        tx = VaultTx(connection)
        lines = tx.ledger.lines(Site.CONTRACTOR)
        _unguarded(connection, Site.CONTRACTOR, len(lines) - 2)
        for seq, line in enumerate(lines[-2:], start=len(lines) - 1):
            altered = line.replace(b'"qty":', b'"qty":1') if seq == len(lines) - 1 else line
            connection.execute(
                "INSERT INTO ledger_line VALUES ('contractor', ?, ?, ?)", (seq, altered, sha256_hex(altered))
            )
    result = machine.run("ledger", "verify")
    assert result.code == 6, result.out
