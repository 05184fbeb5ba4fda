"""Every place of exchange this site has used, with the day it was set: what an erasure has to look into. It holds no secret.

`courier/places.jsonl`, a line a place. Setting a place needs no login, so it is kept here and not in the vault; backups have it, and
an erasure takes it over (`core.office.places`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from core.canonical import canonical_json
from core.errors import IntegrityFailure
from core.office.places import Used
from storage.remotes.durable import read_file, replace

NAME = "places.jsonl"
_LIMIT = 1024 * 1024


def used_places(courier: Path) -> list[Used]:
    """Oldest first. Raises `IntegrityFailure` for a file that cannot be read."""
    content = read_file(courier / NAME, _LIMIT)
    if content is None:
        return []
    try:
        rows = [json.loads(line) for line in content.split(b"\n")[:-1]]
        used = [Used(str(row["id"]), str(row["since"])) for row in rows]
        if places_text(used) != content:
            raise ValueError("not as written")
        return used
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IntegrityFailure(
            "受渡しの場所の記録が読めません", where=f"courier/{NAME}",
            next_step="何も消さずに、保守担当へ知らせてください",
        ) from error  # fmt: skip


def places_text(used: Sequence[Used]) -> bytes:
    return b"".join(canonical_json({"id": one.id, "since": one.since}) + b"\n" for one in used)


def write_places(courier: Path, used: Sequence[Used]) -> None:
    replace(courier / NAME, places_text(used))


def note_place(courier: Path, before: str, place: str, now: dt.datetime) -> None:
    """That `place` is used from now on, in place of `before` (from when is not known, where nothing was kept of it)."""
    used = used_places(courier)
    if before and (not used or used[-1].id != before):
        used.append(Used(before, ""))
    if not used or used[-1].id != place:
        used.append(Used(place, now.isoformat(timespec="seconds")))
    write_places(courier, used)
