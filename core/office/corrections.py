"""Which application somebody may correct, at which site, and until when: what every correction asks first."""

from __future__ import annotations

from core.applicant import Application
from core.errors import Refused, UsageError
from core.office.blanking import is_asked, is_blanked
from core.office.counter import records_away, records_handed
from core.office.desk import Desk
from core.office.forms import as_fields
from core.office.plans import is_drawn
from core.office.ports import Tx
from core.people.fields import FIELD_WORDS
from core.roles import Right, Site


class ChangedMeanwhile(Refused):
    """Somebody else changed the application after this person opened it. `current` is what stands now."""

    def __init__(self, current: Application, items: list[str]) -> None:
        super().__init__(
            "開いたあとに、ほかの人がこの応募を直しました。まだ保存していません",
            where=f"受付番号 {current.number:04}（{'、'.join(items)}）",
            next_step="入力した内容は残っています。見比べてから、もう一度保存してください",
        )
        self.current = current


class NothingToCorrect(Refused):
    """A correction that leaves everything as it is."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "直すところがありません。いまの内容と同じです",
            where=f"受付番号 {number:04}",
            next_step="いまの内容は、その応募を開いて（ikiiki intake show）見てください",
        )


def edit_right(desk: Desk) -> Right:
    """What it takes to correct applications at this site."""
    return Right.DESK if desk.actor.site is Site.WARD else Right.INTAKE


def need(tx: Tx, number: int) -> Application:
    """The application of a 受付番号. Raises `UsageError` where there is none."""
    application = tx.applications.get(number)
    if application is None:
        raise UsageError(
            "その受付番号の応募はありません", where=f"受付番号 {number:04}",
            next_step="受付の一覧（ikiiki intake list）で番号を確かめてください",
        )  # fmt: skip
    return application


def is_ours(desk: Desk, tx: Tx, application: Application) -> bool:
    """Whether this site may change it: at the ward, what its counter keyed and still holds."""
    return desk.actor.site is not Site.WARD or (
        application.record in records_away(tx) and application.record not in records_handed(tx)
    )


def need_ours(desk: Desk, tx: Tx, number: int) -> Application:
    """The application, if this site may change it. Raises `Refused` where the other site does."""
    application = need(tx, number)
    if is_blanked(application):
        raise Refused("この人の情報は消去されています", where=f"受付番号 {number:04}")
    if is_asked(application):
        raise Refused(
            "委託先から消去の依頼が来ている人です",
            where=f"受付番号 {number:04}",
            next_step="F7 の「消去の依頼」（ikiiki person requests）で答えてください",
        )
    if not is_ours(desk, tx, application):
        raise Refused(
            "この応募の訂正は委託先が行います",
            where=f"受付番号 {number:04}",
            next_step="F7 点検で差し戻すか、委託先に連絡してください",
        )
    return application


def need_undrawn(tx: Tx, application: Application) -> None:
    """Once a roll holds it, an application leaves by an event of the draw, not by a correction. Raises `Refused`."""
    if is_drawn(tx, application.record):
        raise Refused(
            "抽選名簿に入っているため、希望・グループ・受付の状態は変えられません",
            where=f"受付番号 {application.number:04}",
            next_step="抽選のあとの辞退は F4 参加者で記録してください",
        )


def need_as_seen(tx: Tx, current: Application, seen: Application | int) -> None:
    """Raises `ChangedMeanwhile`, naming the items, unless the application is as the person saw it: as a whole, or by its
    version. A version that only tells what the application means to others (a telephone shared by now) is nobody's
    correction. Raises `UsageError` for a version there never was."""
    if isinstance(seen, int):
        seen = _version(tx, current, seen)
    before, now = as_fields(seen.applicant), as_fields(current.applicant)
    items = [FIELD_WORDS[field] for field in now if now[field] != before[field]]
    if current.state is not seen.state:
        items.append("受付の状態")
    if items:
        raise ChangedMeanwhile(current, items)


def _version(tx: Tx, current: Application, version: int) -> Application:
    for one, _, _ in tx.applications.history(current.number):
        if one.version == version:
            return one
    raise UsageError(
        "その版はありません",
        where=f"受付番号 {current.number:04}、版 {version}",
        next_step="ikiiki intake show の「版」を書いてください",
    )
