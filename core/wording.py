"""The words of the notices ⑪, from plain text files with named places: read, checked, filled.

A file has parts under [headings]; a line may hold places such as {受付番号}. There is nothing else in it: no condition, no
loop, no expression. A line with a place that has no content is left out. What is unknown, or missing though it must
stand, is refused with file, line and what to do (docs/formats.md, "Words of the notices").
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from core.errors import UsageError
from core.notice_kinds import ADMITS, NoticeKind
from core.people.text import clean
from core.wording_texts import COMMON, COMMON_TEXT, FILES, GUIDE, GUIDE_HEAD, GUIDE_ITEMS, default_text

PLACES = (
    "氏名", "事業", "年度", "回", "開催日", "行き先", "集合場所", "集合時間", "持ち物", "人数",
    "受付番号", "抽選番号", "補欠", "希望の回", "問合せ先", "電話", "紙",
)  # fmt: skip
_ALWAYS = ("受付番号", "抽選番号")
NEEDED: dict[NoticeKind, tuple[str, ...]] = {
    NoticeKind.ADMISSION: ("開催日", "行き先", *_ALWAYS),
    NoticeKind.PROMOTION: ("開催日", "行き先", *_ALWAYS),
    NoticeKind.WAITING: ("補欠", *_ALWAYS),
    NoticeKind.REJECTION: _ALWAYS,
    NoticeKind.CALLED_OFF: ("回", "開催日", *_ALWAYS),
}
"""The places without which the notice does not say what it is for."""

TITLE, LEAD, FACTS, CLOSING = "表題", "はじめ", "項目", "おわり"
PUBLIC, INSPECTION, PUBLISHED_AT = "確かめ方 公開", "確かめ方 窓口", "公開場所"
_HEADING = re.compile(r"\[([^\[\]]+)\]")
_PLACE = re.compile(r"\{([^{}]*)\}")
_ADDRESS = re.compile(r"https?://[!-~]{3,120}")
LONGEST_FILE = 8_000
LONGEST_LINE = 200


@dataclass(frozen=True)
class Words:
    """One kind's file, with its places still open."""

    title: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """(label, what stands beside it)."""
    closing: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """What a participant of one outing must know; "" where nothing has been written yet."""

    meeting_place: str = ""
    meeting_time: str = ""
    bring: str = ""


@dataclass(frozen=True)
class Wording:
    """All words of the notices, checked."""

    kinds: Mapping[NoticeKind, Words]
    check_public: str
    check_inspection: str
    published_at: str
    """Where the published draw lies on the web, or ""."""
    guides: Mapping[str, Guide] = field(default_factory=dict)
    """By outing code; an outing that is not here has none."""

    def guide(self, outing: str) -> Guide:
        return self.guides.get(outing, Guide())


def fill(line: str, values: Mapping[str, str]) -> str | None:
    """`line` with its places filled; None when one of them has no content, so that the line is left out."""
    if any(not values[name] for name in _PLACE.findall(line)):
        return None
    return _PLACE.sub(lambda found: values[found[1]], line)


def default_files(codes: Sequence[str]) -> dict[str, str]:
    """The files a programme with these outings begins with, by name."""
    files = {
        name: default_text(kind, " ".join(f"{{{place}}}" for place in PLACES), _shown(NEEDED[kind]))
        for kind, name in FILES.items()
    }
    guide = "".join(f"\n[{code}]\n" + "".join(f"{item}: \n" for item in GUIDE_ITEMS) for code in codes)
    return files | {COMMON: COMMON_TEXT, GUIDE: GUIDE_HEAD + guide}


def read_wording(files: Mapping[str, str], codes: Sequence[str]) -> Wording:
    """The words in these files; a file that is not there stands as the program brings it.

    Raises `UsageError` naming file and line of the first thing that cannot stand, and what to do.
    """
    known = default_files(codes)
    for name in files:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            raise UsageError(
                "通知の言葉のファイルではありません",
                where=name[:60],
                next_step=f"{near[0]} の書き間違いではありませんか"
                if near
                else "使える名前: " + "、".join(known),
            )
    texts = known | dict(files)
    common = _Reader(COMMON, texts[COMMON])
    common.only((PUBLIC, INSPECTION, PUBLISHED_AT), ())
    address = common.one(PUBLISHED_AT, empty=True)
    if address and not _ADDRESS.fullmatch(address):
        common.refuse(
            "公開場所の住所が読めません", PUBLISHED_AT, "https://… の形で、半角で1行に書いてください"
        )
    return Wording(
        kinds={kind: _words(kind, texts[name]) for kind, name in FILES.items()},
        check_public=common.one(PUBLIC),
        check_inspection=common.one(INSPECTION),
        published_at=address,
        guides=_guides(texts[GUIDE], codes),
    )


def _words(kind: NoticeKind, text: str) -> Words:
    reader = _Reader(FILES[kind], text)
    reader.only((TITLE, LEAD, FACTS, CLOSING), PLACES, may_miss=(CLOSING,))
    for place in NEEDED[kind]:
        if place not in reader.places:
            reader.refuse(
                f"この通知に必ず要る場所がありません: {{{place}}}", FACTS, f"[{FACTS}] の下に「{place}: {{{place}}}」の行を書き足してください"
            )  # fmt: skip
    return Words(
        title=reader.one(TITLE),
        lead=reader.lines(LEAD),
        facts=tuple(reader.pairs(FACTS)),
        closing=reader.lines(CLOSING),
    )


def _guides(text: str, codes: Sequence[str]) -> dict[str, Guide]:
    reader = _Reader(GUIDE, text)
    reader.only(codes, (), may_miss=codes)
    found = {}
    for code in codes:
        items = dict(reader.pairs(code, GUIDE_ITEMS))
        found[code] = Guide(*(items.get(item, "") for item in GUIDE_ITEMS))
    return found


class _Reader:
    """The lines of one file under its headings, each with its number."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.places: set[str] = set()
        self._parts: dict[str, list[tuple[int, str]]] = {}
        self._headings: dict[str, int] = {}
        if len(text) > LONGEST_FILE:
            self._stop("ファイルが長すぎます", 0, f"{LONGEST_FILE}文字までにしてください")
        part: list[tuple[int, str]] | None = None
        for number, raw in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1):
            line = clean(raw)
            if line.stripped:
                self._stop("使えない文字（制御文字）が入っています", number, "その行を打ち直してください")
            words = line.text.strip()
            if not words or words.startswith("#"):
                continue
            if len(words) > LONGEST_LINE:
                self._stop("行が長すぎます", number, f"1行は{LONGEST_LINE}文字までにしてください")
            if heading := _HEADING.fullmatch(words):
                title = heading[1].strip()
                if title in self._headings:
                    self._stop(f"見出し [{title}] が二つあります", number, "どちらか一つにしてください")
                self._headings[title] = number
                part = self._parts.setdefault(title, [])
            elif part is None:
                self._stop("見出しより前に言葉があります", number, "[ ] の見出しの下に書いてください")
            else:
                part.append((number, words))

    def only(self, headings: Sequence[str], places: Sequence[str], may_miss: Sequence[str] = ()) -> None:
        """These headings and places alone, and none of the headings missing but those that may."""
        for title, number in self._headings.items():
            if title not in headings:
                self._stop(f"知らない見出しです: [{title[:20]}]", number, _near(title, headings, "[{}]"))
        for title in headings:
            if title not in self._headings and title not in may_miss:
                self._stop(f"見出し [{title}] がありません", 0, f"[{title}] の行を書き足してください")
        for lines in self._parts.values():
            for number, words in lines:
                self._check_places(number, words, places)

    def _check_places(self, number: int, words: str, places: Sequence[str]) -> None:
        for name in _PLACE.findall(words):
            if name not in places:
                self._stop(f"知らない場所です: {{{name[:20]}}}", number, _near(name, places, "{{{}}}"))
            self.places.add(name)
        if set("{}") & set(_PLACE.sub("", words)):
            self._stop(
                "{ } が閉じていません", number, "{受付番号} のように、半角の { と } ではさんでください"
            )

    def one(self, title: str, *, empty: bool = False) -> str:
        """The one line under that heading."""
        lines = self._parts.get(title, [])
        if len(lines) > 1:
            self._stop(f"[{title}] は1行です", lines[1][0], "1行にまとめてください")
        if not lines and not empty:
            self.refuse(f"[{title}] の下が空です", title, "言葉を1行書いてください")
        return lines[0][1] if lines else ""

    def lines(self, title: str) -> tuple[str, ...]:
        return tuple(words for _, words in self._parts.get(title, []))

    def pairs(self, title: str, labels: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """(label, content) of the lines under that heading; of these labels alone, where some are given."""
        for number, words in self._parts.get(title, []):
            found = re.fullmatch(r"([^:：]+)[:：](.*)", words)
            if not found or not (found[2].strip() or labels):
                self._stop("「名前: 中身」の形ではありません", number, "例: 受付番号: {受付番号}")
            label = found[1].strip()
            if labels and label not in labels:
                self._stop(f"知らない項目です: {label[:20]}", number, _near(label, labels, "{}"))
            yield label, found[2].strip()

    def refuse(self, what: str, title: str, next_step: str) -> NoReturn:
        """Stop at that heading."""
        self._stop(what, self._headings.get(title, 0), next_step)

    def _stop(self, what: str, line: int, next_step: str) -> NoReturn:
        where = f"{self.name} {line}行目" if line else self.name
        raise UsageError(what, where=where, next_step=f"{next_step}。まだ何も変えていません")


def _near(word: str, known: Sequence[str], shape: str) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"{shape.format(near[0])} の書き間違いではありませんか"
    return "使えるもの: " + " ".join(shape.format(one) for one in known) if known else "{ } を消してください"


def _shown(places: Sequence[str]) -> str:
    return " ".join(f"{{{place}}}" for place in places)


def lacks_guide(wording: Wording, kind: NoticeKind, outing: str) -> bool:
    """Whether a card would admit to an outing without saying where and when to meet."""
    guide = wording.guide(outing)
    return kind in ADMITS and not (guide.meeting_place and guide.meeting_time)
