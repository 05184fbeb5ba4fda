"""The kept pictures of the matrix: one for all roles that see the same, one more for a role that sees something else."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from core.roles import Role, Site

FOLDER = Path(__file__).parent / "__matrix__"
Pictures = Mapping[str, str]
"""Pictures as text (`picture_text`), by name and size."""


def names(site: Site, seen: Mapping[Role, Pictures]) -> dict[str, str]:
    """By file name: the first role's picture under its name, another role's beside it where it differs."""
    files: dict[str, str] = {}
    for role, pictures in seen.items():
        for name, text in pictures.items():
            shared = f"{name}-{site}.txt"
            if files.setdefault(shared, text) != text:
                files[f"{name}-{site}-{role}.txt"] = text
    return files


def compare(title: str, site: Site, seen: Mapping[Role, Pictures], *, update: bool) -> list[str]:
    """What differs from what is kept under this title, a sentence each; with `update`, keep what is there now."""
    folder, now = FOLDER / title, names(site, seen)
    folder.mkdir(parents=True, exist_ok=True)
    kept = {path.name: path for path in folder.iterdir() if f"-{site}" in path.name}
    if update:
        for name, text in now.items():
            (folder / name).write_text(text, encoding="utf-8")
        for name in kept.keys() - now.keys():
            kept[name].unlink()
        return []
    problems = [f"{title}/{name} is no longer seen" for name in sorted(kept.keys() - now.keys())]
    for name, text in now.items():
        before = kept[name].read_text(encoding="utf-8") if name in kept else ""
        if before != text:
            problems.append(
                f"{title}/{name} {'has changed' if before else 'is new'}\n{changed(before, text)}"
            )
    return problems


def changed(before: str, now: str) -> str:
    """The lines that differ."""
    return "\n".join(
        difflib.unified_diff(before.split("\n"), now.split("\n"), "kept", "now", lineterm="", n=1)
    )
