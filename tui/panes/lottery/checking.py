"""検算: the published set recomputed on this machine, said in words."""

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
