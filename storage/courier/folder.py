"""The courier's side of a vault's folder: where things lie, whose keys it trusts, and that only one runs.

outbox/               <bundle>.zip, .manifest: written by the vault, sent from here
                      <bundle>.receipt: of the partner's courier, checked, written here
                      <bundle>.again: by the vault: to be sent all the same, if it is not there
inbox/                <bundle>.zip, .manifest: written here, taken away by the vault
                      <bundle>.again: written by the vault, which asks for it once more; taken away here
courier/key           its own Ed25519 key, base64, 0600; courier/key-<epoch> that of an epoch after the first
courier/partner.json  both sites' cards of each epoch: the own one names that key, the other is trusted by the vault
courier/journal.jsonl what was sent and received
courier/answers/      receipts it has signed
courier/evidence/     whatever did not fit, kept
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.card import CARD_LIMIT, PartnerCard, read_card
from core.exchange.names import AGAIN, MANIFEST, BundleName, Channel, bundle_name
from core.exchange.strict import Fields, bad, object_of
from core.keys import SigningKey, from_base64, to_base64
from storage.remotes.durable import BLOCK, Aside, create, open_file, read_file, same_bytes, settle, sweep

_KEY_LIMIT = 200
KEY_FILE = "key"
_MOST_EPOCHS = 16


class CourierBusy(RemoteUnreachable):
    """Another round is under way."""


@dataclass(frozen=True)
class Identity:
    """Who this courier is, and whom it believes, in its newest epoch; and in those before it while they last."""

    key: SigningKey
    own: PartnerCard
    partner: PartnerCard
    earlier: tuple[Identity, ...] = ()

    @property
    def epoch(self) -> int:
        return self.own.epoch

    @property
    def each(self) -> tuple[Identity, ...]:
        """One for each epoch it has to do with, oldest first."""
        return (*self.earlier, self)

    def of(self, epoch: int) -> Identity | None:
        """Whose keys count for bundles of that epoch; None when it is over or has not begun."""
        return next((one for one in self.each if one.epoch == epoch), None)

    def channels(self, *, outgoing: bool, medium: bool) -> list[Channel]:
        """The ward desk's channel never goes over the line."""
        sender = self.own.site if outgoing else self.partner.site
        return [one for one in Channel if one.sender is sender and (medium or one is not Channel.WARD_DESK)]


@dataclass(frozen=True)
class Folders:
    """The paths, by name."""

    vault: Path

    @property
    def outbox(self) -> Path:
        return self.vault / "outbox"

    @property
    def inbox(self) -> Path:
        return self.vault / "inbox"

    @property
    def courier(self) -> Path:
        return self.vault / "courier"

    @property
    def answers(self) -> Path:
        return self.courier / "answers"

    @property
    def evidence(self) -> Path:
        return self.courier / "evidence"

    def prepare(self) -> None:
        """Make what is missing (0700) and sweep what crashed rounds left. Call under the lock."""
        for folder in (self.outbox, self.inbox, self.answers, self.evidence):
            folder.mkdir(mode=0o700, exist_ok=True)
            sweep(folder, float("inf"))  # nobody else writes files of these names, and we hold the lock

    def keep_evidence(self, name: str, data: bytes | BinaryIO) -> None:
        """Keep `data` (all of a stream), once, however often it is met."""
        digest = sha256_hex(data) if isinstance(data, bytes) else measured(data)[1]
        create(self.evidence / f"{name}-{digest[:16]}", data)

    def place(self, path: Path, data: bytes | Aside) -> None:
        """Create `path`, or find the same bytes there. Raises `IntegrityFailure` when others are, keeping them."""
        if create(path, data) if isinstance(data, bytes) else settle(data, path):
            return
        there = open_file(path)
        if there is not None:
            with there:
                if same_bytes(there, BytesIO(data) if isinstance(data, bytes) else data.stream):
                    return
                self.keep_evidence(path.name, there)
        raise IntegrityFailure(
            "同じ名前で内容の異なるファイルがあります", where=f"{path.parent.name}/{path.name}"
        )

    def outgoing(self) -> list[BundleName]:
        """Bundles in the outbox whose manifest is there: one without it does not exist yet."""
        names = (bundle_name(path.name, MANIFEST) for path in self.outbox.iterdir())
        return sorted(name for name in names if name is not None)

    def wanted_again(self) -> set[BundleName]:
        """What the vault asks for once more, because what lay in the inbox was damaged or is gone."""
        names = (bundle_name(path.name, AGAIN) for path in self.inbox.iterdir())
        return {name for name in names if name is not None}


def measured(stream: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 of all of a stream, which is left at its end."""
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return stream.tell(), digest.hexdigest()


def install_key(vault_folder: Path, random_bytes: bytes) -> SigningKey:
    """Give a new vault's courier its key, from 32 random bytes. Raises `Refused` when it has one."""
    folder = Folders(vault_folder).courier
    folder.mkdir(mode=0o700, exist_ok=True)
    key = SigningKey(random_bytes)
    if not create(folder / "key", to_base64(key.raw).encode("ascii") + b"\n"):
        raise Refused("通信係の鍵がすでにあります", where="courier/key")
    return key


def read_identity(folders: Folders) -> Identity:
    """Raises `Refused` when the courier is not set up or not paired, `IntegrityFailure` when its cards are not right."""
    cards = read_file(folders.courier / "partner.json", _MOST_EPOCHS * 3 * CARD_LIMIT)
    if cards is None:
        raise _unpaired("courier/partner.json")
    name = "courier/partner.json"
    fields = Fields(object_of(cards.removesuffix(b"\n"), name=name), name).exactly(("pairs",))
    read = [_one(folders, pair, name) for pair in fields.objects("pairs", _MOST_EPOCHS)]
    epochs = [one.epoch for one in read]
    if not read or epochs != sorted(set(epochs)) or {one.own.site for one in read} != {read[0].own.site}:
        raise bad("公開鍵の世代の並びが正しくありません", name)
    return replace(read[-1], earlier=tuple(read[:-1]))


def _one(folders: Folders, pair: Fields, name: str) -> Identity:
    pair.exactly(("own", "partner"))
    own_card = read_card(pair.text("own", longest=CARD_LIMIT).encode(), name=f"{name} own")
    partner_card = read_card(pair.text("partner", longest=CARD_LIMIT).encode(), name=f"{name} partner")
    key = _read_key(folders, own_card.epoch)
    if own_card.courier != key.public:
        ours = f"key-{own_card.epoch}"
        file = ours if (folders.courier / ours).exists() else KEY_FILE
        raise IntegrityFailure(
            "通信係の鍵が、この拠点の公開鍵の控えと合いません", where=f"courier/{file}、courier/partner.json"
        )
    if partner_card.site is not own_card.site.other or partner_card.signing == own_card.signing:
        raise IntegrityFailure("相手の拠点の公開鍵ではありません", where="courier/partner.json")
    if partner_card.epoch != own_card.epoch:
        raise Refused(
            "自分と相手の公開鍵の世代が違うため、送受信できません",
            where=f"{own_card.epoch} / {partner_card.epoch}",
            next_step="両拠点で、新しい世代の公開鍵を互いに登録し直してください",
        )
    return Identity(key, own_card, partner_card)


def _read_key(folders: Folders, epoch: int) -> SigningKey:
    """The courier's key of an epoch; that of the epoch the vault was made in has no number."""
    path = folders.courier / f"key-{epoch}"
    text = read_file(path, _KEY_LIMIT)
    if text is None:
        path = folders.courier / KEY_FILE
        text = read_file(path, _KEY_LIMIT)
    if text is None:
        raise _unpaired(f"courier/{KEY_FILE}")
    if path.stat().st_mode & 0o077:
        raise Refused(
            "通信係の鍵のファイルを、ほかの利用者が読める状態です",
            where=f"courier/{path.name}",
            next_step="chmod 600 をしてから、鍵を替えることを検討してください（ikiiki partner renew）",
        )
    return SigningKey(
        from_base64(text.decode("ascii", "replace").removesuffix("\n"), 32, name=f"courier/{path.name}")
    )


def _unpaired(where: str) -> Refused:
    return Refused(
        "相手の拠点がまだ登録されていないため、送受信できません",
        where=where,
        next_step="ikiiki partner export と ikiiki partner trust で、互いの公開鍵を登録してください",
    )


@contextmanager
def only_one(folders: Folders) -> Iterator[None]:
    """Hold the courier's lock. Raises `CourierBusy` at once when another process has it."""
    if not folders.courier.is_dir():
        raise Refused(
            "通信係のフォルダがありません", where="courier/", next_step="保管庫の場所を確認してください"
        )
    descriptor = os.open(folders.courier / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CourierBusy(
                "別の送受信が進行中です", next_step="終わるのを待って、もう一度実行してください"
            ) from error
        yield
    finally:
        os.close(descriptor)
