"""The dice as they fall: twenty digits, in the order they stand on the paper sheet."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui.prompt import Prompt, Typed
from tui.safety import paragraphs
from tui.widgets.dialogs import confirm
from tui.widgets.one_line import OneLine

COUNT = 20
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def digits_in(text: str) -> str:
    """The digits of a text, of any width; what is not a digit is left out."""
    return "".join(character for character in text.translate(_DIGITS) if character in "0123456789")


def boxes(digits: str) -> Text:
    """Twenty boxes in two rows of ten, filled as far as digits are there."""
    text = Text(end="")
    for row in (0, 10):
        cells = [f"[{digits[index] if index < len(digits) else ' '}]" for index in range(row, row + 10)]
        text.append(f" {row + 1:>2}  {' '.join(cells[:5])}   {' '.join(cells[5:])}  {row + 10:>2}\n")
    return text


class DiceSheet(Typed):
    """Gives the twenty digits, or None."""

    def __init__(self, opened: str) -> None:
        super().__init__("さいころの目", hint="数字を打つ   BackSpace 1つ戻る   Enter 記録する   Esc 戻る")
        self._opened = opened
        self.field = OneLine(id="digits")

    def body(self) -> ComposeResult:
        spoken = " ".join(self._opened[index : index + 4] for index in range(0, 16, 4))
        yield Static(
            paragraphs(
                f"開封の記録の確認番号のはじめ: {spoken}\n"
                "読み上げてから、10面のさいころ20個を公開の場で振り、紙に写した順に入力してください。\n"
                "振り直しはできません。相手の拠点も、同じ紙から別に入力します。"
            ),
            classes="dialog-note",
        )
        yield Static(boxes(""), id="boxes")
        yield self.field
        yield Static("", classes="problem", id="complaint")

    def on_mount(self) -> None:
        self.take_up()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        digits = digits_in(event.value)
        self.query_one("#boxes", Static).update(boxes(digits))
        strange = len(digits) != len(event.value.replace(" ", "").replace("　", ""))
        words = (
            "数字だけを入力してください"
            if strange
            else f"{len(digits)}個です。20個までにしてください"
            if len(digits) > COUNT
            else ""
        )
        if words or self.field.value != self.taken:
            self.complain(words)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        digits = digits_in(event.value)
        if len(digits) != COUNT:
            self.complain(f"いま {len(digits)}個です。20個そろえてください")
            return

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self.answer(digits)

        shown = " ".join(digits[index : index + 5] for index in range(0, COUNT, 5))
        self.app.push_screen(
            confirm(
                "紙の記録と同じですか",
                f"{shown}\n\n記録したあとは変えられません。",
                yes="同じ。記録する",
                no="打ち直す",
            ),
            answered,
        )


def ask_beacon(beacon: tuple[str, str]) -> Prompt:
    """Asks for the value of the beacon's round, as this site found it published."""
    return Prompt(
        "公開乱数の値",
        f"{beacon[0]} の {beacon[1]} 番の randomness（16進数）を、この拠点で調べて入力してください。\n"
        "相手から聞いた値を写してはいけません。",
    )
