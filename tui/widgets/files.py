"""Choosing a file, and saving one that nobody else may read."""

from __future__ import annotations

import os
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from core.disk import name_taken
from core.errors import UsageError
from tui.safety import clean, plain
from tui.widgets.dialogs import Dialog
from tui.widgets.one_line import OneLine
from tui.widgets.virtual_list import Column, Held, VirtualList


class FileChoice(Dialog[Path]):
    """A path, typed or chosen from its folder's list. Enter on a folder goes in."""

    def __init__(self, title: str, folder: Path, endings: tuple[str, ...]) -> None:
        super().__init__(title, hint="↑↓ 選ぶ   Enter 開く   Tab 欄を移る   Esc 戻る")
        self._folder = folder.absolute()
        self._endings = endings

    def body(self) -> ComposeResult:
        yield Static(plain("場所（打ち込むことも、下から選ぶこともできます）"), classes="dialog-note")
        yield OneLine(str(self._folder), id="path")
        listing = VirtualList[Path](
            [[Column("", 0, self._words)]],
            Held(self._entries()),
            heading=False,
            empty="この場所に選べるファイルはありません",
            id="files",
        )
        listing.styles.height = 10
        yield listing
        yield Static("", classes="problem", id="complaint")

    def on_mount(self) -> None:
        self.query_one("#files", VirtualList).focus()

    def _words(self, path: Path) -> str:
        if path == self._folder.parent:
            return "../  （上の場所へ）"
        return path.name + ("/" if path.is_dir() else "")

    def _entries(self) -> list[Path]:
        try:
            found = [
                path
                for path in self._folder.iterdir()
                if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() in self._endings)
            ]
        except OSError:
            found = []
        return [self._folder.parent, *sorted(found, key=lambda path: (not path.is_dir(), path.name))]

    def _go(self, path: Path) -> None:
        if path.is_dir():
            self._folder = path
            self.query_one("#path", Input).value = str(path)
            self.query_one("#files", VirtualList).reload(Held(self._entries()), keep_cursor=False)
        elif path.is_file():
            self.dismiss(path)
        else:
            self.query_one("#complaint", Static).update(plain("その場所にファイルがありません"))

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        path = event.list.current
        assert isinstance(path, Path)
        self._go(path)

    @on(VirtualList.Moved)
    def _moved(self, event: VirtualList.Moved) -> None:
        event.stop()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._go(Path(event.value.strip()).expanduser())


def save_private(path: Path, content: bytes) -> Path:
    """Write a new file only its owner can read (0600). Raises `UsageError` when it exists or cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise name_taken(clean(path.name)) from error
    except OSError as error:
        raise UsageError(
            "ファイルを書き込めません", where=clean(path.name), next_step="別の場所を指定してください"
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


def read_small(path: Path, limit: int = 1_000_000) -> bytes:
    """A small file's bytes. Raises `UsageError` when it cannot be read or is larger than `limit` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise UsageError(
            "ファイルを読めません", where=clean(path.name), next_step="場所と名前を確かめてください"
        ) from error
    if len(content) > limit:
        raise UsageError(
            "ファイルが大きすぎます", where=clean(path.name), next_step="別のファイルを指定してください"
        )
    return content
