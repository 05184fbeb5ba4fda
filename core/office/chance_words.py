"""Chances in words that people who do not compute can read, the same on the screen and from the command."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.draw.chances import Change, CourseOdds, Odds, Rate, TicketGain
from core.draw.units import UNIT_PROBLEM_WORDS
from core.office.chances import ChanceReport, View, WhatIf


@dataclass(frozen=True)
class Row:
    """One figure: of whom, their chance as a whole number of 100, and the words for it."""

    label: str
    percent: int
    words: str


@dataclass(frozen=True)
class Section:
    """Figures that belong together."""

    title: str
    rows: tuple[Row, ...]
    note: str = ""


def percent(rate: Rate) -> str:
    """「66%（±1）」; without ± when it is exact. Never 0% or 100% for what is only nearly so."""
    if not rate.exact and rate.share < 0.005:
        return "1%未満"
    if not rate.exact and rate.share > 0.995:
        return "99%以上"
    shown = _whole(rate)
    return f"{shown}%" if rate.exact else f"{shown}%（±{math.ceil(rate.error * 100)}）"


def points(change: Change) -> str:
    """「+12.4ポイント（±0.3）」: what is gained or lost, in hundredths."""
    gain, error = change.gain * 100, math.ceil(change.error * 1000) / 10
    if abs(gain) < 0.05:
        return "0.1ポイント未満"
    return f"{'+' if gain > 0 else '−'}{abs(gain):.1f}ポイント（±{error:.1f}）"


def opening(report: ChanceReport) -> str:
    """On what the figures rest."""
    lines = [
        f"いまの応募 {report.people}件（うち区の点検⑤が済んでいないもの {report.unconfirmed}件）を、",
        f"抽選と同じやりかたで {report.runs}回ためしました。本当の抽選には関わりません。",
        "±は、ためす回数に限りがあるためのずれ。±のない数字は計算で正確です。",
    ]
    if report.drawn:
        lines.append("この回の抽選は終わっています。下は計算で、結果ではありません。")
    lines += _left_out(report.now)
    return "\n".join(lines)


def question(what_if: WhatIf) -> str:
    """「もし、グループが4人までなら」; "" for the rules as they are."""
    asked = []
    if what_if.group is not None:
        asked.append("グループがなければ" if what_if.group == 1 else f"グループが{what_if.group}人までなら")
    if what_if.reserve:
        kept = "、".join(f"{code} {seats}席" for code, seats in sorted(what_if.reserve.items()))
        asked.append(f"区優先枠が {kept} なら")
    if what_if.tickets is not None:
        asked.append(f"{what_if.tickets}口の人がいたら")
    return "もし、" + "、".join(asked) if asked else ""


def sections(report: ChanceReport) -> Iterator[Section]:
    """The figures, what was asked about first; under other rules, before each its figure now."""
    shown = report.then or report.now
    before = report.now if report.then else None
    if report.then:
        note = [question(WhatIf(None, report.what_if.group, report.what_if.reserve))]
        if report.freed:
            note.append(f"いま保留のグループの応募 {report.freed}件が加わります")
        note += _left_out(report.then)
        yield Section("", (), "\n".join(note))
    if report.gain:
        yield from _tickets(report.gain)
    yield _overall(shown, before)
    yield _courses(report, shown, before)
    sizes = {
        size: (odds, before.outlook.sizes.get(size) if before else None)
        for size, odds in shown.outlook.sizes.items()
    }
    if len(sizes) > 1:
        yield Section(
            "どれかの席に当たる見込み（組の人数ごと）",
            tuple(_row(_size(size), odds, old, False) for size, (odds, old) in sizes.items()),
        )
    if len(shown.outlook.tickets) > 1:
        yield Section(
            "どれかの席に当たる見込み（口数ごと）",
            tuple(
                _row(f"{held}口 {odds.people}人", odds, None, False)
                for held, odds in shown.outlook.tickets.items()
            ),
        )


def _overall(shown: View, before: View | None) -> Section:
    odds, old = shown.outlook.overall, before.outlook.overall if before else None
    return Section(
        f"全体（{odds.people}人、{shown.outlook.units}組）",
        (_row("どれかの席", odds, old, False), _row("第1希望の席", odds, old, True)),
    )


def _courses(report: ChanceReport, shown: View, before: View | None) -> Section:
    old = {item.course.code: item.odds for item in before.outlook.courses} if before else {}
    rows = tuple(
        _row(_outing(item, report), item.odds, old.get(item.course.code), True)
        for item in shown.outlook.courses
    )
    return Section("第1希望の回に当たる見込み（応募は第1希望の人数）", rows)


def _tickets(gain: TicketGain) -> Iterator[Section]:
    many = f"{gain.tickets}口"
    yield Section(
        f"{question(WhatIf(gain.tickets))}（どれかの席に当たる見込み）",
        (
            Row("全員が1口", _whole(gain.before), percent(gain.before)),
            _change(f"ひとりだけ{many}: その人", gain.one),
            _change("  ほかの人（1口）", gain.one_others),
            _change(f"半数の組が{many}: その人たち", gain.half),
            _change("  ほかの人（1口）", gain.half_others),
        ),
        f"席は増えません。{many}の人が得る分を、ほかの人が失います。",
    )


def _change(label: str, change: Change) -> Row:
    return Row(label, _whole(change.after), f"{_whole(change.after)}% {points(change)}")


def _row(label: str, odds: Odds | None, old: Odds | None, first: bool) -> Row:
    if odds is None:
        return Row(label, 0, "なし")
    rate = odds.first if first else odds.anywhere
    words = percent(rate)
    if old is not None:
        words = f"{percent(old.first if first else old.anywhere)}→{words}"
    return Row(label, _whole(rate), words)


def _outing(item: CourseOdds, report: ChanceReport) -> str:
    course = item.course
    kept = f" 優先枠{course.reserve}" if course.reserve else ""
    people = item.odds.people if item.odds else 0
    return f"{course.code} 定員{course.capacity}{kept} 応募{people} {report.places[course.code]}"


def _size(size: int) -> str:
    return "1人で" if size == 1 else f"{size}人の組"


def _left_out(view: View) -> list[str]:
    return [
        f"数えていないもの {people}件: {UNIT_PROBLEM_WORDS[problem]}"
        for problem, people in sorted(view.left_out.items())
    ]


def _whole(rate: Rate) -> int:
    return round(rate.share * 100)
