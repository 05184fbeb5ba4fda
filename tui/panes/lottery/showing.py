"""The ceremony in words: the five stages, whose turn it is, the dice, the seats, every record with its hash."""

from __future__ import annotations

from rich.text import Text

from core.draw.steps import dice_name
from core.office.ceremony_status import Ceremony
from core.office.drawing import Step
from core.roles import SITE_WORDS, Site
from tui.safety import clean
from tui.widgets.chart import Bar, chart

_ORDER = list(Step)

STAGES: tuple[tuple[str, Step, Step, str], ...] = (
    ("1 封印", Step.SEAL_CONTRACTOR, Step.SEAL_WARD, "両者が秘密の数字を決め、封をして見せ合う"),
    (
        "2 名簿の確定",
        Step.FREEZE_CONTRACTOR,
        Step.FREEZE_WARD,
        "区が確認した応募だけを名簿にし、両者が署名する",
    ),
    ("3 開封", Step.OPEN_CONTRACTOR, Step.OPEN_WARD, "両者の封を開け、封印と合うことを確かめる"),
    ("4 さいころ", Step.DICE, Step.DICE_WARD, "公開の場で20個を振り、目を両者が別々に入力する"),
    ("5 抽選", Step.DRAW_CONTRACTOR, Step.DRAW_WARD, "両者が別々に計算し、同じ結果に署名する"),
)
"""Name, first and last step of the machine, and what it is for."""

FILE_WORDS: dict[str, str] = {
    "params.txt": "規則",
    "commits.txt": "封印の一覧",
    "list.txt": "抽選名簿",
    "freeze.txt": "名簿の確定",
    "reveal-contractor.txt": "委託先の封の中身",
    "reveal-ward.txt": "区の封の中身",
    "opened.txt": "開封の記録",
    "dice-contractor.txt": "委託先が入力した目",
    "dice-ward.txt": "区が入力した目",
    "abandoned-contractor.txt": "委託先の取りやめ",
    "abandoned-ward.txt": "区の取りやめ",
    "seed-input.txt": "種のもと",
    "result.txt": "結果",
}


def grouped(digest: str) -> str:
    """A hash as people read it aloud: eight groups of eight."""
    return " ".join(digest[index : index + 8] for index in range(0, len(digest), 8))


def told(ceremony: Ceremony, trouble: str, width: int, *, ascii_only: bool) -> Text:
    """What the pane shows. `trouble`: what keeps the two sites apart, a sentence; `width` in cells."""
    text = Text(end="")
    round_ = f"（募集回 {ceremony.round}）" if ceremony.round > 1 else ""
    text.append(f"抽選 {clean(ceremony.draw)}{round_}\n")
    text.append(f"つぎ: {clean(ceremony.sentence)}\n", style="bold")
    if ceremony.step is not Step.DONE:
        text.append(f"      {_turn(ceremony)}\n")
    elif ceremony.next_draw:
        text.append(
            f"      次の募集回の抽選 {clean(ceremony.next_draw)} は、委託先が「次の募集回」ではじめます\n"
        )
    if trouble:
        text.append(f" {clean(trouble)}\n")
    for site, why in (ceremony.against or {}).items():
        text.append(f" {SITE_WORDS[site]}が取りやめを求めています: {clean(why)}\n", style="bold")
    if ceremony.left_out:
        numbers = "、".join(f"{number:04}" for number in ceremony.left_out[:8])
        more = " ほか" if len(ceremony.left_out) > 8 else ""
        text.append(f" 名簿に入らない応募（区が確認していない）: {numbers}{more}\n")
    if ceremony.held:
        text.append(f" 名簿に入らない応募（保留のまま。F2 の h で見られます）: {ceremony.held}件\n")
    for sentence in ceremony.dropped.sentences:
        text.append(f" {clean(sentence)}\n")
    for name in ceremony.abandoned:
        text.append(f" 取りやめた抽選: {clean(name)}（公表用に書き出せます）\n")
    text.append("\n")
    at = _ORDER.index(ceremony.going)
    for name, first, last, words in STAGES:
        state = "済" if at > _ORDER.index(last) else "いま" if at >= _ORDER.index(first) else "まだ"
        text.append(f" [{state}] ", style="bold" if state == "いま" else "")
        text.append(f"{name}  {words}\n")
    _append_dice(text, ceremony)
    _append_result(text, ceremony, width, ascii_only=ascii_only)
    _append_files(text, ceremony)
    return text


def _turn(ceremony: Ceremony) -> str:
    if ceremony.unopened:
        return "この拠点の番です。F8 で選びます"
    if ceremony.mine:
        return "この拠点の番です。Enter で進みます"
    if ceremony.review_open:
        return "区の点検が届くと進めます。この画面のまま待つと、自動で受け取ります"
    return "相手の番です。この画面のまま待つと、自動で受け取ります"


def _append_dice(text: Text, ceremony: Ceremony) -> None:
    if ceremony.beacon:
        text.append(
            f"\n 公開乱数  {clean(' '.join(ceremony.beacon))}（さいころの代わりに、両者が入力します）\n"
        )
    typed = [site for site in Site if dice_name(site) in ceremony.hashes]
    for site in typed:
        if ceremony.beacon:
            text.append(f"\n 公開乱数（{SITE_WORDS[site]}）  入力ずみ")
            continue
        digits = ceremony.digits.get(site)
        shown = " ".join(clean(digits)) if digits else "入力ずみ（この拠点が入力すると見えます）"
        text.append(f"\n さいころ（{SITE_WORDS[site]}）  {shown}")
    if typed:
        text.append("\n")


def _append_files(text: Text, ceremony: Ceremony) -> None:
    if not ceremony.hashes:
        return
    text.append("\n 記録の確認番号（SHA-256）と署名。新しい順\n")
    known = [name for name in FILE_WORDS if name in ceremony.hashes]
    later = [name for name in ceremony.hashes if name not in FILE_WORDS]
    for name in reversed([*known, *later]):  # what is read aloud next stands on top
        digest = ceremony.hashes[name]
        signed = "・".join(SITE_WORDS[site] for site in ceremony.signatures.get(name, ()))
        words = FILE_WORDS.get(name, name)
        text.append(f"  {clean(words)}（{clean(name)}） 署名: {signed or 'なし'}\n    {grouped(digest)}\n")


def _append_result(text: Text, ceremony: Ceremony, width: int, *, ascii_only: bool) -> None:
    if ceremony.small_classes and ceremony.step in _BEFORE_THE_WARD_SIGNS:
        text.append(_small(ceremony))
    if ceremony.step is not Step.DONE:
        return
    bars = [
        Bar(f" {code} の席", taken, room, f"{taken}／{room}人")
        for code, (taken, room) in ceremony.seats.items()
    ]
    text.append("\n")
    text.append(chart(bars, width, label_width=10, ascii_only=ascii_only))
    text.append(f"\n\n 種 {grouped(ceremony.seed)}\n")
    text.append(
        "\n 確かめかた: 公表する一式の verify.html を開くか、sh verify.sh を動かすと、\n"
        " だれでも同じ結果を計算し直せます。\n"
        " 抽選番号は、結果（result.txt）の2番目の欄です。\n",
    )
    if ceremony.small_classes:
        text.append(_small(ceremony))
    if ceremony.next_draw:
        text.append(f"\n つぎの募集回の抽選 {clean(ceremony.next_draw)} をはじめられます（F8 次の募集回）\n")


_BEFORE_THE_WARD_SIGNS = frozenset({Step.FREEZE_WARD, Step.OPEN_CONTRACTOR, Step.OPEN_WARD})


def _small(ceremony: Ceremony) -> str:
    return (
        f"\n 注意: 5口に満たない組合せ（人数・口数・希望）が{ceremony.small_classes}種類あります。\n"
        " 公表すると、個人が推測されるおそれがあります。\n"
    )
