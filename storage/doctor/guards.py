"""What keeps the open vault's memory to this process, and the program itself to whoever installed it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from core.checks import Check, failed, passed, unknown
from storage.vault.hardening import Protection, protection

LEAST_LOCKABLE = 64 * 1024
"""Bytes: the keys of a login and its connections take about this much."""
PACKAGES = ("core", "storage", "tui", "cli")


def memory(held: Protection | None = None, proc: Path = Path("/proc")) -> list[Check]:
    """Core dumps, being read by other programs, swap of the keys. `proc` is the kernel's view."""
    now = protection() if held is None else held
    return [_core_files(now, proc), _readers(now, proc), _locked(now)]


def _core_files(held: Protection, proc: Path) -> Check:
    name, title = "machine.core", "メモリの書き出し"
    if held.core_files is None:
        return unknown(name, title, "この機械では止められません", "OSの設定でコアダンプを止めてください")
    if held.core_files:
        return failed(
            name, title, "異常終了すると、写し（コアダンプ）が残ります", "ulimit -c 0 にしてください"
        )
    pattern = _read(proc / "sys" / "kernel" / "core_pattern")
    if pattern.startswith("|") and held.readable is not False:
        # a collector is handed the memory whatever the limit says; only a process that may not be read is spared (core(5))
        return failed(
            name, title, "異常終了すると、写しが集めるプログラムに渡ります",
            "情報担当に、コアダンプの収集（kernel.core_pattern）を止めてもらってください",
        )  # fmt: skip
    said = "異常終了しても、写し（コアダンプ）を残しません"
    if pattern.startswith("|"):
        said += "（この機械には集めるプログラムがありますが、渡りません）"
    return passed(name, title, said)


def _readers(held: Protection, proc: Path) -> Check:
    name, title = "machine.ptrace", "メモリの読み取り"
    step = "情報担当に kernel.yama.ptrace_scope を1以上にしてもらってください（パスワードを打つ端末のプログラムも守ります）"
    if held.readable is None:
        return unknown(
            name, title, "この機械では止められません", "Linuxで使うか、ほかの人が入れない機械で使ってください"
        )
    if held.readable:
        return failed(name, title, "同じ利用者のプログラムから読めます", "ikiikiを入れ直してください")
    scope = _read(proc / "sys" / "kernel" / "yama" / "ptrace_scope").strip()
    if not scope:
        return unknown(
            name, title, "このプログラムは読ませません。ほかのプログラムについては分かりません", step
        )
    if scope == "0":
        return failed(name, title, "このプログラムは読ませませんが、端末のプログラムなどは読めます", step)
    return passed(name, title, f"ほかのプログラムに読ませません（ptrace_scope {scope[:1]}）")


def _locked(held: Protection) -> Check:
    name, title = "machine.locked", "メモリの鍵の固定"
    step = "スワップを暗号化するか止めてください（systemdの LimitMEMLOCK= か ulimit -l で増やせます）"
    if held.lockable is None or held.readable is None:
        return unknown(name, title, "この機械では行いません", step)
    if held.lockable < LEAST_LOCKABLE:
        return failed(name, title, f"留められるのは {held.lockable // 1024} KiB だけです", step)
    return passed(name, title, "鍵のあるページはスワップに出ません（途中の写しまでは留められません）")


def program_files(root: Path = Path(__file__).parents[2], prefix: Path = Path(sys.prefix)) -> Check:
    """Whether anybody but its owner could change the program. `root` holds its packages, `prefix` its Python."""
    name, title = "machine.program", "プログラムの権限"
    writable = sorted({one.name for one in _parts(root, prefix) if _open_to_others(one)})
    if writable:
        few = "、".join(writable[:3]) + (f" ほか{len(writable) - 3}件" if len(writable) > 3 else "")
        return failed(
            name, title, f"ほかの利用者が書き換えられます: {few}", f"chmod -R go-w '{prefix}' '{root}'"
        )
    return passed(name, title, "持ち主だけが書き換えられます")


def _parts(root: Path, prefix: Path) -> Iterator[Path]:
    """The folders in which a file could be put or replaced, and our own files."""
    yield from (prefix.resolve(), prefix / "bin", root)
    for package in PACKAGES:
        yield root / package
        yield from (one for one in (root / package).rglob("*") if one.suffix in {".py", ""})


def _open_to_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & (stat.S_IWGRP | stat.S_IWOTH))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
