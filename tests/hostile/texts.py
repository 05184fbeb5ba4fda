"""Texts that would do something if anybody took them for more than texts."""

FORMULAS = (
    '=HYPERLINK("http://example.jp","x")',
    "@SUM(A1:A9)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
)
MARKUP = (
    "[red]赤[/red]",
    "[@click=app.quit]x[/]",
    "[link=http://example.jp]x[/link]",
    '#import "x"',
    "#eval(1)",
    "$x$",
    "<b>x</b>",
)
TERMINAL = ("\x1b[2J\x1b]0;題\x07", "\x9b31m", "\x1b]8;;http://example.jp\x1b\\x", "a\bb", "\x00", "x\u202ey", "\u2066x\u2069",
            "x\u200by", "\ufeffx", "か" + "\u0301" * 200, "x\u2028y", "\x7f", "\u061cx")  # fmt: skip
PATHS = ("../../etc/passwd", "/etc/passwd", "C:\\CON", "CON", "a\x00b", "name. ", "~/.ssh/id", "..")
HOSTILE = (*FORMULAS, *MARKUP, *TERMINAL, *PATHS)


def steers(text: str) -> str:
    """The first character in `text` that steers a terminal or turns the direction of reading; "" when none does."""
    for char in text:
        if char not in "\n\t" and (
            ord(char) < 32
            or 0x7F <= ord(char) < 0xA0
            or char
            in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff"
        ):
            return repr(char)
    return ""
