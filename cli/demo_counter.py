"""The demo's ※: what the ward's counter took, keyed onto a medium, and handed over on paper, counted and signed for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from cli.demo_people import PaperApplication
from cli.session import Session


def counter_by_medium(
    ward: Session,
    contractor: Session,
    keyed: Sequence[PaperApplication],
    medium: Path,
    tell: Callable[[str], None],
) -> None:
    """The ward keys, seals onto a medium, and the contractor takes it in."""
    tell("※    区の窓口で受けた応募を、暗号化した媒体で渡す")
    for paper in keyed:
        ward.office.intake.add(paper.fields, paper.route)
    name = ward.write_desk_medium(medium)
    taken = contractor.read_desk_medium(medium)
    tell(f"    媒体 {medium.parent.name}/medium に {name}.zip、委託先が取り込み {len(taken)}束")


def counter_on_paper(
    ward: Session,
    contractor: Session,
    forms: Sequence[PaperApplication],
    papers: Path,
    tell: Callable[[str], None],
) -> None:
    """The ward counts forms and gives them in a locked bag; the contractor counts them, and keys them by 窓口."""
    custody = ward.office.custody
    name = custody.prepare_forms(len(forms)).id
    slip = papers / f"handover-{name}.pdf"
    ward.write_slip(slip, name)
    custody.bag(name)
    custody.give(name)
    contractor.office.custody.take(name, len(forms))
    for paper in forms:
        contractor.office.intake.add(paper.fields, paper.route)
    tell(
        f"※    入力せず紙のまま渡した応募用紙 {len(forms)}枚: 控番号 {name}、受渡票 papers/{slip.name}、"
        "委託先が数えて受領し、窓口の応募として入力"
    )
