"""The machine: is Python still mended, are the packages those this release was tested with, is swap encrypted."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.checks import Check, failed, passed, unknown

LOCK = "runtime.lock"
SUPPORT_ENDS = {
    (3, 11): dt.date(2027, 10, 31),
    (3, 12): dt.date(2028, 10, 31),
    (3, 13): dt.date(2029, 10, 31),
    (3, 14): dt.date(2030, 10, 31),
}
"""The last month of security releases (PEP 664, 693, 719, 745)."""
_PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;?)")
_DANGEROUS = (
    "SSLKEYLOGFILE", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP",
    "PYTHONINSPECT", "PYTHONBREAKPOINT", "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "GCONV_PATH",
)  # fmt: skip
"""Lay a TLS session open, or bring foreign code into the program. Taken away at start (`storage.vault.hardening`), where that
is in time: what acts on Python itself or the loader has acted by then."""
_UNUSED = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


def python_support(today: dt.date, running: tuple[int, int] = sys.version_info[:2]) -> Check:
    name, title = "machine.python", "Pythonの保守"
    words = f"Python {running[0]}.{running[1]}"
    ends = SUPPORT_ENDS.get(running)
    if ends is None:
        return unknown(name, title, f"{words} の保守の期限を知りません", "python.org で確かめてください")
    if today > ends:
        return failed(name, title, f"{words} の保守は {ends} で終わりました", "新しいPythonに替えてください")
    return passed(name, title, f"{words}（{ends} まで）")


def shipped_lock() -> str | None:
    """The pins this release was built with: in the wheel beside this file, in a checkout under requirements/."""
    here = Path(__file__).parent
    for path in (here / LOCK, here.parents[1] / "requirements" / LOCK):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None


def installed_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def packages(
    lock: str | None, today: dt.date, installed: Callable[[str], str | None] = installed_version
) -> list[Check]:
    """Whether what is installed is what was tested, compared offline. Known vulnerabilities are not looked up."""
    name, title = "machine.packages", "部品の版"
    audit = unknown(
        "machine.audit", "部品の脆弱性",
        "この点検は通信で調べません", "新しい版が出たら更新し、管理簿に「更新の適用」を記入してください",
    )  # fmt: skip
    if lock is None:
        return [
            unknown(name, title, "組み立てたときの版の一覧がありません", "正しい手順で入れ直してください"),
            audit,
        ]
    pins: dict[str, set[str]] = {}
    conditional = set()
    for line in lock.splitlines():
        found = _PIN.match(line)
        if found:
            pins.setdefault(found[1], set()).add(found[2])
            if found[3]:
                conditional.add(found[1])
    wrong = []
    for package, versions in pins.items():
        there = installed(package)
        if there is None and package not in conditional:
            wrong.append(f"{package} なし")
        elif there is not None and there not in versions:
            wrong.append(f"{package} {there}（{'/'.join(sorted(versions))}）")
    if wrong:
        rest = f" ほか{len(wrong) - 3}件" if len(wrong) > 3 else ""
        said = f"組み立てたときと違います: {'、'.join(wrong[:3])}{rest}"
        return [
            failed(name, title, said, "配布された版（requirements/runtime.lock）で入れ直してください"),
            audit,
        ]
    return [passed(name, title, f"{len(pins)}個とも、組み立てたときの版です"), audit]


def swap(proc: Path = Path("/proc"), sys_: Path = Path("/sys")) -> Check:
    """Whether what is in memory can reach a disk in clear. `proc` and `sys_` are the kernel's two views."""
    name, title = "machine.swap", "スワップの暗号化"
    step = "スワップを暗号化するか、swapoff で止めてください"
    try:
        lines = (proc / "swaps").read_text().splitlines()[1:]
    except OSError:
        return unknown(name, title, "この機械では調べられません", step)
    plain, unseen = [], []
    for line in lines:
        device, kind = line.split()[:2]
        node = Path(device).name
        if kind != "partition":
            unseen.append(device)
        elif not node.startswith("zram") and not _encrypted(sys_ / "class" / "block" / node):
            plain.append(device)
    if plain:
        return failed(name, title, f"暗号化されていません: {'、'.join(plain)[:100]}", step)
    if unseen:
        return unknown(
            name, title, f"ファイルのスワップで、下のディスクが見えません: {'、'.join(unseen)[:100]}", step
        )
    return passed(name, title, "スワップがないか、暗号化されています")


def _encrypted(block: Path) -> bool:
    """Whether a block device is dm-crypt, or lies wholly on such ones."""
    try:
        if (block / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass
    below = [*(block / "slaves").iterdir()] if (block / "slaves").is_dir() else []
    return bool(below) and all(_encrypted(one) for one in below)


def environment(variables: Mapping[str, str]) -> list[Check]:
    """Variables that could harm. Their names are said, never what they hold."""
    harmful = sorted(name for name in variables if name in _DANGEROUS)
    ignored = sorted(name for name in variables if name.upper() in _UNUSED or name.startswith("TEXTUAL"))
    checks = [
        failed(
            "machine.environment",
            "環境変数",
            f"危険なもの: {'、'.join(harmful)}",
            "設定した所から外してください",
        )
        if harmful
        else passed("machine.environment", "環境変数", "危険なものはありません")
    ]
    if ignored:
        said = f"{'、'.join(ignored)[:150]} は使いません（Boxへの経路は設定の proxy だけ）"
        checks.append(passed("machine.ignored", "使わない環境変数", said))
    return checks
