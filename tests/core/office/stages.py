"""A stage of the year that was played once is laid down again where it would be played from the same beginning."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests.tables import fresh_tables

if TYPE_CHECKING:
    from tests.core.office.conftest import Bench, Bureau

Stage = TypeVar("Stage", bound=Callable[..., Any])


@dataclass(frozen=True)
class Kept:
    """One site: its tables, its folder, and how far its clock and its randomness have run."""

    tables: Any
    folder: Path
    moment: Any
    drawn: int

    @classmethod
    def of(cls, bureau: Bureau, folder: Path) -> Kept:
        tables = fresh_tables()
        bureau.vault.connection.backup(tables)
        shutil.copytree(bureau.folder, folder)
        return cls(tables, folder, bureau.moment, bureau.entropy.count)

    def lay_down(self, bureau: Bureau) -> None:
        self.tables.backup(bureau.vault.connection)
        shutil.rmtree(bureau.folder)
        shutil.copytree(self.folder, bureau.folder)
        bureau.moment, bureau.entropy.count = self.moment, self.drawn


_room = tempfile.TemporaryDirectory(prefix="ikiiki-stages-")
_kept: dict[str, tuple[tuple[Kept, ...], Any]] = {}


def played_once(stage: Stage) -> Stage:
    """For a method of `Bench` that depends on nothing but the sites and its arguments."""

    @wraps(stage)
    def play(bench: Bench, *words: str) -> Any:
        sites = (bench.contractor, bench.ward)
        if any(site.sealer.bend for site in sites):
            return stage(bench, *words)
        key = _name(stage.__name__, words, sites)
        if key in _kept:
            kept, said = _kept[key]
            for one, site in zip(kept, sites, strict=True):
                one.lay_down(site)
            return said
        said = stage(bench, *words)
        base = Path(_room.name) / key
        _kept[key] = tuple(Kept.of(site, base / site.site.value) for site in sites), said
        return said

    return play  # type: ignore[return-value]


def _name(stage: str, words: tuple[str, ...], sites: tuple[Bureau, ...]) -> str:
    """The same for the same stage played from the same beginning, to the byte."""
    digest = hashlib.sha256(repr((stage, words)).encode())
    for site in sites:
        digest.update(repr((site.image(), site.moment, site.entropy.count)).encode())
        for path in sorted(site.folder.rglob("*")):
            digest.update(str(path.relative_to(site.folder)).encode())
            if path.is_file():
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
