"""Writes the folder a resident may copy, as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.draw.abandoned import REASON_WORDS, Reached
from core.draw.signing import keys_in
from core.draw.steps import OPENED
from core.draw.verify import DrawReport, FindingCode, verify
from core.errors import IntegrityFailure, Refused
from core.keys import VerifyKey
from core.roles import SITE_WORDS, Site
from storage.public import checking_tools

MARKER = ".ikiiki-public"
READ_ME = "読み方.txt"
_REACHED = {
    Reached.RULES: "規則",
    Reached.FREEZE: "名簿の確定",
    Reached.OPENED: "開封",
    Reached.DICE: "さいころ",
}
_TEXT = """\
抽選 {draw} の公開ファイル

{state}

確かめかた1（パソコンの画面で。かんたんなほう）
  1. このフォルダーを、まるごとご自分のパソコンへ写します。
  2. 中の verify.html をダブルクリックすると、ブラウザーで開きます。
     （区のホームページや窓口で受け取った verify.html を使うと、いちばん確かです）
  3. 画面の枠の中へ、このフォルダーを引っぱっていって放します。
     抽選をはじめから計算し直し、結果が同じになるかを1つずつ示します。
  4. 通知に書かれた抽選番号を入れると、ご自分の順番と当選・補欠が分かります。
  ファイルも番号も、どこにも送られません。インターネットにつながっていなくても使えます。

確かめかた2（Linux、Windows の WSL など。coreutils があるもの）
  1. verify.sh のハッシュ値を、区のお知らせにある値と見比べます。
       sha256sum verify.sh
  2. 抽選を計算し直します。
       sh verify.sh
  3. 署名を確かめます（openssl を使います）。
       sh verify-signatures.sh

ファイル（取りやめになった抽選では、そこまでのもの）
  params.txt            抽選の決まり（定員、1組の人数など）
  commits.txt           両者が先に出した封印
  list.txt              抽選名簿。1行が1組。氏名は含みません
  freeze.txt            ここまでを両者が確定したしるし
  reveal-*.txt          両者の封印の中身
  opened.txt            開封の記録
  dice-*.txt            公開の場で振ったさいころの数字か、公開乱数の値（両者が別々に入力）
  seed-input.txt        抽選の種
  result.txt            抽選結果。上から抽選の順、行の最後が当選した回（- は補欠）
  events.txt            抽選後の辞退など。繰上げはここから計算されます
  standing.txt          いまの一覧
  head-*.txt            両者がどこまでの記録を見たか
  abandoned-*.txt       取りやめの届け（取りやめになった抽選だけ）
  *.sig *.pem           署名と公開鍵（contractor は委託先、ward は区）

名簿の番号がだれのものかは、このファイルからは分かりません。ご自分の番号は通知でご確認ください。
"""


def publish(folder: Path, files: Mapping[str, bytes]) -> DrawReport:
    """Writes one draw's `files` (signatures, both .pem among them), what checks them, and 読み方.txt.

    Everything is verified first, so nothing but well-formed hkr1 lines can get out: no personal data has a
    place in them. A draw that a site abandoned is published as far as it went. The folder is written beside its
    place and renamed; an older publication of the same draw is replaced. Returns the verification.
    Raises `IntegrityFailure` when the draw does not verify, `Refused` when it is still under way, when `folder`
    holds anything else, or when a seal would be published before it was opened.
    """
    if OPENED not in files and any(name.startswith("reveal-") for name in files):
        raise Refused("開封の前に封印の中身は公開できません", where=OPENED)
    keys = keys_in(files)
    _must_be_bare(files, keys)
    report = verify(files, keys)
    if not report.sound or report.draw is None:
        worst = min(report.findings, key=lambda finding: finding.code is FindingCode.MISSING)
        raise IntegrityFailure(
            worst.text, where=worst.file, next_step="公開せずに、両者の取扱責任者で確認してください"
        )
    if not report.ok and not report.abandoned:
        raise Refused(
            "この抽選はまだ終わっていません",
            where=report.draw,
            next_step="結果が出てから、または取りやめてから公開してください",
        )
    _check_place(folder, report.draw)
    _write_whole(
        folder,
        {
            **files,
            **checking_tools(),
            READ_ME: _TEXT.format(draw=report.draw, state=_state(report)).encode("utf-8"),
            MARKER: _marker(report.draw),
        },
    )
    return report


def _state(report: DrawReport) -> str:
    """How the draw ended, in the words that 読み方.txt begins with."""
    if report.complete:
        return "この抽選は結果まで行われました。"
    begun = (
        "この抽選は、途中で取りやめとなりました。当選も補欠もありません。"
        if report.over
        else "この抽選は、片方が取りやめを申し出て、止まっています。もう片方の届けはまだありません。"
    )
    return "\n".join(
        [
            begun,
            *(
                f"  {SITE_WORDS[word.party]}の届け: 進んだのは「{_REACHED[word.reached]}」まで。"
                f"理由は「{REASON_WORDS[word.reason]}」。"
                for word in report.abandoned
            ),
        ]
    )


def _must_be_bare(files: Mapping[str, bytes], keys: Mapping[Site, Ed25519PublicKey]) -> None:
    """Each PEM must be the key and nothing else: text around it would be published too."""
    for site, key in keys.items():
        if VerifyKey(key.public_bytes_raw()).pem != files[f"{site}.pem"]:
            raise IntegrityFailure("公開鍵のほかに余分なものが入っています", where=f"{site}.pem")


def _marker(draw: str) -> bytes:
    return f"hkr1 public\ndraw={draw}\n".encode("ascii")


def _check_place(folder: Path, draw: str) -> None:
    """Only nothing, an empty folder, or an earlier publication of the same draw may be replaced."""
    if not folder.exists() and not folder.is_symlink():
        return
    marker = folder / MARKER
    ours = folder.is_dir() and (marker.is_file() and marker.read_bytes() == _marker(draw))
    empty = folder.is_dir() and not any(folder.iterdir())
    if folder.is_symlink() or not (ours or empty):
        raise Refused(
            "この場所には、この抽選の公開フォルダではないものがあります",
            where=str(folder),
            next_step="まだないフォルダの名前を指定してください",
        )


def _write_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=parent))
    try:
        for name, data in files.items():
            _write(beside / name, data, 0o755 if name.endswith(".sh") else 0o644)
        beside.chmod(0o755)
        _sync(beside)
        _swap(beside, folder)
        _sync(parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # already renamed when all went well


def _swap(beside: Path, folder: Path) -> None:
    """`beside` takes the place of `folder`; if that fails, the old one is put back."""
    if not folder.exists():
        beside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old-", dir=folder.absolute().parent))
    folder.rename(old / folder.name)
    try:
        beside.rename(folder)
    except OSError:
        (old / folder.name).rename(folder)
        old.rmdir()
        raise
    shutil.rmtree(old)


def _write(path: Path, data: bytes, mode: int) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(mode)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
