"""Where a paper goes: asked of the person, in the configured folder unless they say otherwise, and never over another file."""

from __future__ import annotations

from pathlib import Path

from core.disk import name_taken
from tui.place import Place
from tui.prompt import Prompt
from tui.safety import clean


async def ask_new_file(place: Place, title: str, remark: str, stem: str, ending: str = "pdf") -> Path | None:
    """A place and name for a new file, offered as `stem` with the time; None when the person turns back.

    `remark` says what will be in it. Raises `UsageError` for the name of a file that is there, and as `Host.path`.
    """
    app = place.ikiiki
    offered = app.config.folder / f"{stem}-{app.now():%Y%m%d-%H%M}.{ending}"
    answer = await app.ask(Prompt(title, f"{remark}\n書き出す場所と名前:", value=str(offered)))
    if not answer:
        return None
    file = app.path(answer)
    if file.exists() or file.is_symlink():
        raise name_taken(clean(file.name))
    return file
