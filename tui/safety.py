"""What a terminal may be shown, and an app that keeps to itself.

Names and addresses come from strangers' web forms. Textual and Rich pass control characters on to the terminal, and
read `[...]` in strings as markup that can run actions; both are closed here, for all that is drawn.
"""

from __future__ import annotations

import traceback
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.app import SystemCommand
from textual.screen import Screen

from core.disk import in_words
from core.errors import IkiikiError
from tui.drawing import Drawing
from tui.terminal import Terminal

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH_KEPT = frozenset(
    "\u200d\ufe0e\ufe0f"
)  # joiner and variation selectors: ideographs and emoji need them

REFUSED_ACTIONS = "この操作は、個人情報を守るため使えません"


def clean(text: str) -> str:
    """`text` as a terminal may have it: no control characters (C0, C1, DEL), no bidi controls, NFC.

    Line breaks and tabs become one space; the joiner and variation selectors stay. Lone surrogates and unassigned
    separators become U+FFFD, which shows that something stood there.
    """
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character in "\t\n\r\u2028\u2029":
            kept.append(" ")
        elif character in _ZERO_WIDTH_KEPT:
            kept.append(character)
        elif character in _BIDI:
            continue
        else:
            category = unicodedata.category(character)
            if category == "Cc":
                continue
            kept.append("\ufffd" if category == "Cs" else character)
    return "".join(kept)


def plain(text: str, style: Style | str = "") -> Text:
    """`text` cleaned, as Rich text: never markup."""
    return Text(clean(text), style=style, no_wrap=False, end="")


def paragraphs(text: str, style: Style | str = "") -> Text:
    """Like `plain`, keeping line breaks: for our own sentences, which may hold a cleaned name or number."""
    return Text("\n".join(clean(line) for line in text.split("\n")), style=style, end="")


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` cleaned and brought to exactly `width` cells: padded, or cut with "…"."""
    text = clean(text)
    if width <= 0:
        return ""
    size = cell_len(text)
    if size > width:
        return set_cell_size(set_cell_size(text, width - cell_len("…")).rstrip(" ") + "…", width)
    padding = " " * (width - size)
    return padding + text if right else text + padding


class QuietApp(Drawing):
    """An app without the doors that let personal data out: pictures, files, clipboard, browser, suspending, tracebacks."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(self, *, crash_report: Callable[[str], None] | None = None) -> None:
        """`crash_report` receives the redacted report of a crash, as one line without personal data."""
        super().__init__(driver_class=Terminal, watch_css=False)
        self._crash_report = crash_report
        self.animation_level = "none"

    # -- the terminal -----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        if isinstance(self._driver, Terminal):
            self._driver.when_gone(self.hang_up)

    def hang_up(self) -> None:
        """Nobody can see the screens any more: end."""
        self.exit(0)

    # -- doors ------------------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        return ()

    def _refuse_door(self) -> NoReturn:
        raise IkiikiError(REFUSED_ACTIONS)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        self._refuse_door()

    def deliver_text(self, *args: Any, **kwargs: Any) -> str | None:
        self._refuse_door()

    def deliver_binary(self, *args: Any, **kwargs: Any) -> str | None:
        self._refuse_door()

    def deliver_screenshot(self, *args: Any, **kwargs: Any) -> str | None:
        self._refuse_door()

    def save_screenshot(self, *args: Any, **kwargs: Any) -> str:
        self._refuse_door()

    def copy_to_clipboard(self, text: str) -> None:
        """Nothing: OSC 52 would put personal data into the clipboard of whatever terminal is at the other end."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Nothing: no browser is opened from here."""

    def action_suspend_process(self) -> None:
        """Nothing: a suspended process would leave the vault open and the shell free."""

    def suspend(self) -> NoReturn:
        self._refuse_door()

    # -- what goes wrong --------------------------------------------------------------------------------

    async def run_action(self, *args: Any, **kwargs: Any) -> bool:
        """An action that fails for a reason people have words for, a disk that cannot be read among them, ends nothing."""
        try:
            return await super().run_action(*args, **kwargs)
        except (IkiikiError, OSError) as error:
            self.show_error(in_words(error))
            return True

    def show_error(self, error: IkiikiError) -> None:
        """Say why something was not done. Raises `error` where there is nobody to tell."""
        raise error

    # -- crashes ----------------------------------------------------------------------------------------

    def panic(self, *renderables: Any) -> None:
        """What Textual wanted to show (a traceback, a stylesheet with its values) is replaced."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        error = self._exception
        report = redacted(error)
        if self._crash_report is not None:
            self._crash_report(report)
        self._exit_renderables.append(
            paragraphs(
                "\n画面の処理に失敗したため、終了しました。\n"
                "保存した内容は失われていません。もう一度起動してください。\n"
                + (f"{error}\n" if isinstance(error, IkiikiError) else "")
                + f"くり返すときは、次の1行を管理者に伝えてください（個人情報は含みません）:\n  {report}\n"
            )
        )
        self._close_messages_no_wait()


def redacted(error: BaseException | None) -> str:
    """A crash in one line: the kind of error and the lines of code it passed, no message, no values.

    A message may quote what was being read; locals hold people. File names are cut to their last two parts.
    """
    if error is None:
        return "unknown"
    places = []
    for frame in traceback.extract_tb(error.__traceback__)[-4:]:
        parts = Path(frame.filename).parts[-2:]
        places.append(f"{'/'.join(parts)}:{frame.lineno}")
    return f"{type(error).__name__} {' < '.join(reversed(places))}".strip()
