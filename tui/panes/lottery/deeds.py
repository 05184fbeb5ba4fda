"""What a site does when it is its turn, in words for the window that asks."""

from __future__ import annotations

from core.office.drawing import Step
from core.office.dropped import listed

DEEDS: dict[Step, tuple[str, str]] = {
    Step.SEAL_CONTRACTOR: ("封印をつくる", "規則を固定し、委託先の秘密の数字に封をします。"),
    Step.SEAL_WARD: ("封印をつくる", "規則を確かめて署名し、区の秘密の数字に封をします。"),
    Step.FREEZE_CONTRACTOR: (
        "名簿を確定する",
        "区が確認した応募だけで抽選名簿をつくり、署名します。あとから変えられません。",
    ),
    Step.FREEZE_WARD: (
        "名簿に署名する",
        "名簿が、区の確認した応募と一対一に合うことをこの機械で確かめ、署名します。",
    ),
    Step.OPEN_CONTRACTOR: ("開封する", "両者の封を開け、開封の記録に署名します。"),
    Step.OPEN_WARD: (
        "開封に署名する",
        "開封の記録を確かめて署名します。このあと、さいころの前に確認番号を読み上げてください。",
    ),
    Step.DRAW_CONTRACTOR: ("抽選する", "両者のさいころの目から当選を計算し、結果に署名します。"),
    Step.DRAW_WARD: ("抽選する", "この機械で独立に計算し、同じ結果であることを確かめて署名します。"),
}
"""By step: what the site in turn does, and what that means for both."""

STOPPED = (Step.DICE_DIFFER, Step.ABANDON_CONTRACTOR, Step.ABANDON_WARD)
"""Where the only way on is to abandon the draw."""

ROLLING = (Step.DICE, Step.DICE_CONTRACTOR, Step.DICE_WARD)
"""Where dice are typed."""


def agreeing(without: tuple[int, ...]) -> str:
    """What the ward agrees to by signing, when the contractor has refused somebody since ⑤ confirmed them; "" otherwise."""
    if not without:
        return ""
    return (
        f"\n\n確認・窓口受付のあとで、委託先が不受理にした応募: {listed(without)}\n"
        "名簿に入りません。委託先に理由を確かめ、認めるときだけ署名してください。"
    )
