"""検算: the published set recomputed on this machine, and by what values others may check, said in words."""

from __future__ import annotations

from collections.abc import Mapping

from core.roles import Site
from tui.safety import clean


def check_publication(draw: str, files: Mapping[str, bytes]) -> str:
    """Recompute the draw from what would be published, with the keys both sites signed with."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    from core.draw.verify import verify

    keys = {}
    for site in Site:
        key = load_pem_public_key(files[f"{site}.pem"])
        assert isinstance(key, Ed25519PublicKey), "the vault holds Ed25519 keys alone"
        keys[site] = key
    report = verify(files, keys)
    if report.ok:
        return (
            f"抽選 {draw} を、公表する記録だけからこの機械で計算し直しました。\n\n"
            "結果は記録とすべて一致し、両者の署名も正しいものです。"
        )
    findings = "\n".join(f"・{clean(finding.file)}: {clean(finding.text)}" for finding in report.findings)
    if report.sound:
        return f"ここまでの記録に誤りはありません。抽選はまだ終わっていません。\n\n{findings}"
    return f"合わないところがあります。次にすること: 相手に連絡し、抽選を進めないでください。\n\n{findings}"


def hashes_in_words(hashes: Mapping[str, str]) -> str:
    """A hash in two lines of 32, under its file's name: it fits 80 columns and can be read aloud."""
    lines = [
        "公開フォルダの道具と公開鍵の SHA-256 です。区のお知らせに載せてください。",
        "調べられる側が調べる道具を渡すのを防ぐためです。",
    ]
    for name, digest in hashes.items():
        lines += ["", name, *(f"  {digest[at : at + 32]}" for at in range(0, len(digest), 32))]
    return "\n".join(lines)
