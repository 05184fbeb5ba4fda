"""What the environment may not tell Textual, shut before Textual is imported."""

from __future__ import annotations

from collections.abc import MutableMapping

FIXED = {
    "TEXTUAL_DISABLE_KITTY_KEY": "1",  # with the protocol on, 8.2.7 garbled what an input method committed
    "TEXTUAL_ANIMATIONS": "none",  # bytes over a slow line
    "TEXTUAL_SMOOTH_SCROLL": "0",
}


def close_hazards(environ: MutableMapping[str, str]) -> None:
    """Remove every `TEXTUAL_*` variable, and set the few this program wants.

    Among those removed: TEXTUAL_DRIVER imports any module, TEXTUAL_LOG writes what is on screen to a file,
    TEXTUAL_PRESS presses keys, TEXTUAL_SCREENSHOT* save pictures of personal data, TEXTUAL_ALLOW_SIGNALS lets
    ctrl+z suspend the program with the vault open. All unknown ones go too: a new version may add another.
    """
    for name in [name for name in environ if name.startswith("TEXTUAL")]:
        del environ[name]
    environ.update(FIXED)
