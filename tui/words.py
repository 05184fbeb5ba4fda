"""Words the screens share: dates as people here write them, numbers as they are printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from core.applicant import PROBLEM_WORDS, Problem, Warning_
from core.ledger.codes import UNIT_WORDS, Unit
from core.office.drafts import ENTRY, WRITING, edited, registered, titled
from core.people.eras import ERAS, Era
from core.roles import Site
from tui.actions import ACTIONS

WARNING_WORDS: dict[Warning_, str] = {
    Warning_.SHARED_PHONE: "同じ電話番号の応募が他にあります",
    Warning_.UNUSUAL_EMAIL: "メールアドレスの形がめずらしいものです",
    Warning_.UNKNOWN_TOWN: "町名が町名表にありません",
    Warning_.POSTAL_CODE_MISMATCH: "郵便番号と町名が合いません",
}

SHORT_PROBLEMS: dict[Problem, str] = {
    Problem.MISSING_NAME: "氏名なし",
    Problem.NAME_NOT_KANA: "氏名がカナでない",
    Problem.MISSING_BIRTH_DATE: "生年月日なし",
    Problem.UNREADABLE_BIRTH_DATE: "生年月日",
    Problem.UNDERAGE: "年齢",
    Problem.MISSING_ADDRESS: "住所なし",
    Problem.OUTSIDE_WARD: "区外",
    Problem.MISSING_PHONE: "電話なし",
    Problem.UNREADABLE_PHONE: "電話番号",
    Problem.UNREADABLE_EMAIL: "メール",
    Problem.DUPLICATE: "重複",
    Problem.UNKNOWN_OUTING: "希望の回",
    Problem.GROUP_INCOMPLETE: "相手待ち",
    Problem.GROUP_TOO_LARGE: "グループ人数",
    Problem.GROUP_NO_COMMON: "共通の回なし",
    Problem.LATE: "締切後",
    Problem.CONTROL_CHARACTERS: "使えない文字",
}
"""One or two words for a list's narrow column; the detail has the sentence."""


def quantity(qty: int, unit: Unit) -> str:
    """For a list's narrow column: files are counted as things are."""
    return f"{qty}{'個' if unit is Unit.FILES else UNIT_WORDS[unit]}"


def draft_words(forms: Sequence[str], site: Site, *, elsewhere: bool = False) -> str:
    """That something was left unfinished, and where it goes on; `elsewhere` than in 受付. "" when nothing was."""
    if not forms:
        return ""
    form, more = forms[-1], len(forms) - 1
    others = f"。ほかに{more}件あります" if more else ""
    number = edited(form)
    if form == ENTRY:
        name = next(
            action.words
            for action in ACTIONS
            if action.place == "intake" and action.site is site and action.name.startswith("new")
        )
        return f"入力の下書きがあります（{'F2 受付の' if elsewhere else ''}{name}で続けられます）{others}"
    if number is not None:
        where = f"{'F2 受付で' if elsewhere else ''}開いて「訂正」で続けられます"
        return f"{no(number)} の訂正の下書きがあります（{where}）{others}"
    if form == WRITING:
        return f"管理簿の記入の下書きがあります（F5 管理簿の記入で続けられます）{others}"
    if registered(form):
        return f"台帳の記入の下書きがあります（F7 のすること、台帳に記入で続けられます）{others}"
    return f"「{titled(form)}」の下書きがあります（同じ操作で続けられます）{others}"


def era(day: dt.date) -> str:
    """昭和25年3月4日."""
    return f"{era_year(day)}{day.month}月{day.day}日"


def era_year(day: dt.date) -> str:
    """昭和25年; the first year is 元年. Before the eras read here: the western year."""
    found = _era(day)
    if found is None:
        return f"{day.year}年"
    year = day.year - found.base
    return f"{found.name}{'元' if year == 1 else year}年"


def era_short(day: dt.date) -> str:
    """S25.03.04, for columns."""
    found = _era(day)
    if found is None:
        return day.isoformat()
    return f"{found.letter}{day.year - found.base:02}.{day.month:02}.{day.day:02}"


def _era(day: dt.date) -> Era | None:
    return next((era for era in ERAS if day >= era.first), None)


def moment(at: dt.datetime) -> str:
    """6月10日 14:05, with the seconds left out."""
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def no(number: int) -> str:
    """A 受付番号 as it is printed: four digits and more."""
    return f"{number:04}"


def town_words(town: str, home: str) -> str:
    """A town without the prefecture and ward everybody shares (`home`)."""
    return town.removeprefix(home) or town


def problem_words(problems: Iterable[Problem]) -> str:
    return "、".join(PROBLEM_WORDS[problem] for problem in problems)


def warning_words(warnings: Iterable[Warning_]) -> str:
    return "、".join(WARNING_WORDS[warning] for warning in warnings)
