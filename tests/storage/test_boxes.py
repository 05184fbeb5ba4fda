"""The boxes: a bundle is there whole or not at all, whenever the power goes, and every step can be repeated."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import IntegrityFailure, Refused
from core.office.courier_papers import CourierPair
from storage.boxes import FolderBoxes

FIRST, SECOND = "1-cw-00000001", "1-cw-00000002"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def boxes(vault: Path) -> FolderBoxes:
    return FolderBoxes(vault)


@pytest.fixture
def deliver(vault: Path) -> Callable[..., None]:
    """Lays files into a box as the courier does."""

    def lay(name: str, content: bytes = b"x", *, box: str = "inbox") -> None:
        (vault / box).mkdir(mode=0o700, exist_ok=True)
        path = vault / box / name
        path.write_bytes(content)
        path.chmod(0o600)

    return lay


class PowerCut(BaseException):
    """The machine stops here."""


def cut_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Stop at the `call`-th change of a name on disk (0: the first)."""
    done = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def change(*args: object, **kwargs: object) -> object:
            nonlocal done
            if done == call:
                raise PowerCut
            done += 1
            return real(*args, **kwargs)

        return change

    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_bundle_put_out_lies_in_private_files(vault: Path, boxes: FolderBoxes) -> None:
    boxes.put_out(FIRST, b"zip", b"manifest")
    assert names(vault / "outbox") == {f"{FIRST}.zip", f"{FIRST}.manifest"}
    assert (vault / "outbox" / f"{FIRST}.zip").read_bytes() == b"zip"
    assert (vault / "outbox" / f"{FIRST}.manifest").read_bytes() == b"manifest"
    assert stat.S_IMODE((vault / "outbox").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (vault / "outbox").iterdir()} == {0o600}


def test_the_same_again_changes_nothing(vault: Path, boxes: FolderBoxes) -> None:
    boxes.put_out(FIRST, b"zip", b"manifest")
    before = {path.name: path.stat() for path in (vault / "outbox").iterdir()}
    boxes.put_out(FIRST, b"zip", b"manifest")
    assert {path.name: path.stat().st_ino for path in (vault / "outbox").iterdir()} == {
        name: found.st_ino for name, found in before.items()
    }


@pytest.mark.parametrize("other", [(b"other", b"manifest"), (b"zip", b"other")])
def test_other_bytes_never_take_a_bundles_place(
    vault: Path, boxes: FolderBoxes, other: tuple[bytes, bytes]
) -> None:
    boxes.put_out(FIRST, b"zip", b"manifest")
    with pytest.raises(IntegrityFailure, match=FIRST):
        boxes.put_out(FIRST, *other)
    assert (vault / "outbox" / f"{FIRST}.zip").read_bytes() == b"zip"
    assert (vault / "outbox" / f"{FIRST}.manifest").read_bytes() == b"manifest"


@pytest.mark.parametrize("call", [0, 1, 2, 3])
def test_after_a_power_cut_putting_out_can_be_repeated_and_no_manifest_lies_without_its_zip(
    vault: Path, boxes: FolderBoxes, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    with monkeypatch.context() as patched:
        cut_at(patched, call)
        with pytest.raises(PowerCut):
            boxes.put_out(FIRST, b"zip", b"manifest")
    there = names(vault / "outbox")
    assert f"{FIRST}.manifest" not in there
    if f"{FIRST}.zip" in there:
        assert (vault / "outbox" / f"{FIRST}.zip").read_bytes() == b"zip"
    boxes.put_out(FIRST, b"zip", b"manifest")
    assert names(vault / "outbox") == {f"{FIRST}.zip", f"{FIRST}.manifest"}


def test_only_whole_bundles_wait_in_order_of_epoch_channel_and_seq(
    boxes: FolderBoxes, deliver: Callable[..., None]
) -> None:
    assert boxes.waiting_in() == []
    for name in (SECOND, "10-cw-00000001", FIRST, "2-cw-00000001"):
        deliver(f"{name}.zip")
        deliver(f"{name}.manifest")
    deliver("1-cw-00000003.zip")
    deliver("1-cw-00000004.manifest")
    deliver("notes.manifest")
    deliver("notes.zip")
    deliver("1-cw-00000005.manifest.tmp")
    assert boxes.waiting_in() == [FIRST, SECOND, "2-cw-00000001", "10-cw-00000001"]


def test_what_the_courier_laid_down_is_read_byte_for_byte(
    boxes: FolderBoxes, deliver: Callable[..., None]
) -> None:
    deliver(f"{FIRST}.zip", b"zip\x00")
    deliver(f"{FIRST}.manifest", b"manifest\n")
    assert boxes.read_in(FIRST) == (b"zip\x00", b"manifest\n")


def test_half_a_bundle_cannot_be_read(boxes: FolderBoxes, deliver: Callable[..., None]) -> None:
    deliver(f"{FIRST}.zip")
    with pytest.raises(IntegrityFailure, match=FIRST):
        boxes.read_in(FIRST)


def test_a_link_in_the_inbox_is_not_followed(
    vault: Path, boxes: FolderBoxes, deliver: Callable[..., None]
) -> None:
    deliver("secret", b"secret")
    deliver(f"{FIRST}.manifest")
    (vault / "inbox" / f"{FIRST}.zip").symlink_to(vault / "inbox" / "secret")
    with pytest.raises(IntegrityFailure):
        boxes.read_in(FIRST)


@pytest.mark.parametrize(
    "name", ["../1-cw-00000001", "1-cw-1", "", "0-cw-00000001", "1-cw-00000001\n", "a/b"]
)
def test_a_name_leads_nowhere_else(vault: Path, boxes: FolderBoxes, name: str) -> None:
    for use in (boxes.read_in, boxes.done_in, lambda given: boxes.put_out(given, b"zip", b"manifest")):
        with pytest.raises(IntegrityFailure):
            use(name)
    assert names(vault) == set()


def test_what_is_done_with_goes_and_the_others_stay(
    vault: Path, boxes: FolderBoxes, deliver: Callable[..., None]
) -> None:
    for name in (FIRST, SECOND):
        deliver(f"{name}.zip")
        deliver(f"{name}.manifest")
    boxes.done_in(FIRST)
    boxes.done_in(FIRST)
    assert boxes.waiting_in() == [SECOND]
    assert names(vault / "inbox") == {f"{SECOND}.zip", f"{SECOND}.manifest"}


@pytest.mark.parametrize("call", [0, 1, 2])
def test_after_a_power_cut_a_bundle_waits_whole_or_is_cleared_away(
    vault: Path, boxes: FolderBoxes, deliver: Callable[..., None], monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    deliver(f"{FIRST}.zip")
    deliver(f"{FIRST}.manifest")
    with monkeypatch.context() as patched:
        cut_at(patched, call)
        with pytest.raises(PowerCut):
            boxes.done_in(FIRST)
    if boxes.waiting_in():
        assert boxes.read_in(FIRST) == (b"x", b"x")
        boxes.done_in(FIRST)
    assert names(vault / "inbox") == set()


def test_receipts_lie_beside_what_they_are_for(boxes: FolderBoxes, deliver: Callable[..., None]) -> None:
    assert boxes.receipts() == []
    boxes.put_out(FIRST, b"zip", b"manifest")
    boxes.put_out(SECOND, b"zip", b"manifest")
    deliver(f"{SECOND}.receipt", box="outbox")
    deliver("stray.receipt", box="outbox")
    assert boxes.receipts() == [SECOND]


def test_the_courier_gets_both_cards_and_the_newest(vault: Path, boxes: FolderBoxes) -> None:
    boxes.put_partner([CourierPair(b'{"a":1}\nsig\n', b'{"b":2}\nsig\n')])
    boxes.put_partner([CourierPair(b'{"a":1}\nsig\n', b'{"b":3}\nsig\n')])
    path = vault / "courier" / "partner.json"
    assert json.loads(path.read_bytes()) == {
        "pairs": [{"own": '{"a":1}\nsig\n', "partner": '{"b":3}\nsig\n'}]
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(vault / "courier") == {"partner.json"}


def test_a_box_open_to_others_is_refused(vault: Path, boxes: FolderBoxes) -> None:
    (vault / "outbox").mkdir()
    (vault / "outbox").chmod(0o755)
    with pytest.raises(Refused, match="chmod 700"):
        boxes.put_out(FIRST, b"zip", b"manifest")
    assert names(vault / "outbox") == set()
