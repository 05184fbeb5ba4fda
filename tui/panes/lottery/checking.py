"""検算: the published set recomputed on this machine, and by what values others may check, said in words."""

from __future__ import annotations

from collections.abc import Mapping

from tui.safety import clean


def check_publication(draw: str, files: Mapping[str, bytes]) -> str:
    """Recompute the draw from what would be published, with the keys both sites signed with."""
    from core.draw.signing import keys_in
    from core.draw.verify import verify

    report = verify(files, keys_in(files))
    if report.ok:
        return (
            f"抽選 {draw} を、公表する記録だけからこの機械で計算し直しました。\n\n"
            "結果は記録とすべて一致し、両者の署名も正しいものです。\n\n"
            f"{report.seen_by_the_ward}"
        )
    findings = "\n".join(f"・{clean(finding.file)}: {clean(finding.text)}" for finding in report.findings)
    if report.sound:
        how = "この抽選は取りやめになりました" if report.over else "抽選はまだ終わっていません"
        return f"ここまでの記録に誤りはありません。{how}。\n\nまだないもの\n{findings}"
    return f"合わないところがあります。次にすること: 相手に連絡し、抽選を進めないでください。\n\n{findings}"


def hashes_in_words(hashes: Mapping[str, str]) -> str:
    """A hash in two lines of 32, under its file's name: it fits 80 columns and can be read aloud."""
    lines = [
        "区のお知らせに載せる値です（検算の道具と両者の公開鍵、SHA-256）。",
        "調べられる側が調べる道具を渡すのを防ぐためです。",
    ]
    for name, digest in hashes.items():
        lines += ["", name, *(f"  {digest[at : at + 32]}" for at in range(0, len(digest), 32))]
    return "\n".join(lines)
