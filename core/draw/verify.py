"""Verification of a whole published draw from its files alone, and of the signatures under them.

Pure: a folder is a mapping of file names to bytes. verify.sh recomputes the same things with coreutils;
this says more (who signed, what is missing) and stops at nothing it can still check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.canonical import sha256_hex
from core.draw.abandoned import REACHED_FILES, Abandoned, abandoned_name
from core.draw.ceremony import check_dice, read_reveal, same_chance, seed_input
from core.draw.engine import run
from core.draw.events import EVENTS, EventLog, Head, Late, head_name
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll, check_commitments, check_roll
from core.draw.rules import PARAMS, Params
from core.draw.signing import SIGNED_BY, TYPES, is_signed, signature_name
from core.draw.standing import STANDING, replay
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Beacon,
    Commits,
    Dice,
    Freeze,
    Opened,
    SeedInput,
    dice_name,
    reveal_name,
)
from core.errors import IkiikiError
from core.roles import SITE_WORDS, Site

T = TypeVar("T")

COMPANIONS = frozenset(
    {
        "contractor.pem",
        "ward.pem",
        "verify.sh",
        "verify-signatures.sh",
        "verify.html",
        "読み方.txt",
        ".ikiiki-public",
    }
)
"""What else stands in a public folder. The keys to check against come from the caller, never from here."""


class FindingCode(StrEnum):
    """What kind of thing is wrong."""

    MISSING = "missing"  # not there (yet): the draw went no further
    GONE = "gone"  # not there though later steps were taken
    MALFORMED = "malformed"
    MISMATCH = "mismatch"
    SIGNATURE = "signature"
    UNKNOWN_FILE = "unknown_file"


_STEPS = (
    (PARAMS, COMMITS),
    (LIST, FREEZE),
    (reveal_name(Site.CONTRACTOR), reveal_name(Site.WARD), OPENED),
    (dice_name(Site.CONTRACTOR), dice_name(Site.WARD)),
    (SEED_INPUT, RESULT),
)


@dataclass(frozen=True)
class DrawFinding:
    """One thing that is wrong: the file, the kind, and what to tell people."""

    file: str
    code: FindingCode
    text: str


@dataclass(frozen=True)
class DrawReport:
    """What verification found."""

    draw: str | None
    """The draw's id, where params could be read."""
    findings: tuple[DrawFinding, ...]
    units: int = 0
    ward_seq: int | None = None
    """How many events the ward has countersigned; None: none yet."""
    abandoned: tuple[Abandoned, ...] = ()
    """Of both sites, or of the one that asks to abandon the draw."""
    events: int = 0
    """How many there are after the draw."""
    beacon: Beacon | None = None
    """The public beacon in place of dice. Whether its value is the one that was published, no file can show."""

    @property
    def seen_by_the_ward(self) -> str:
        """How far the ward stands behind the events, in a sentence; "" for a draw without a result.

        Said of every folder: where the ward's head is left out, events it never saw look like events it has yet to see.
        """
        if not self.complete:
            return ""
        if not self.events:
            return "抽選のあとのできごとは、まだありません。区が確かめたものもありません。"
        seen = f"{self.ward_seq}件目まで確かめています" if self.ward_seq else "まだ1件も確かめていません"
        return f"抽選のあとのできごとは{self.events}件です。区は、そのうち{seen}。"

    @property
    def ok(self) -> bool:
        """A whole draw without a single finding."""
        return not self.findings

    @property
    def sound(self) -> bool:
        """Nothing wrong as far as it goes: an abandoned draw lacks its last files, and is sound nevertheless."""
        return all(finding.code is FindingCode.MISSING for finding in self.findings)

    @property
    def over(self) -> bool:
        """Abandoned by both sites."""
        return len(self.abandoned) == len(Site)

    @property
    def complete(self) -> bool:
        """The draw came to a result."""
        return not any(
            finding.file == RESULT and finding.code is FindingCode.MISSING for finding in self.findings
        )


@dataclass
class _Folder:
    """The folder being checked, and what was found so far."""

    files: Mapping[str, bytes]
    found: list[DrawFinding] = field(default_factory=list)

    def add(self, name: str, code: FindingCode, text: str) -> None:
        self.found.append(DrawFinding(name, code, text))

    def accused(self, name: str) -> bool:
        """Whether something was found wrong with that file."""
        return any(finding.file == name for finding in self.found)

    def must(self, condition: bool, name: str, text: str) -> bool:
        if not condition:
            self.add(name, FindingCode.MISMATCH, text)
        return condition

    def read(self, name: str, parse: Callable[[bytes, str], T]) -> T | None:
        """The file read, or None with a finding: missing or malformed."""
        if name not in self.files:
            self.add(name, FindingCode.MISSING, "ファイルがありません")
            return None
        return self.attempt(name, FindingCode.MALFORMED, lambda: parse(self.files[name], name))

    def attempt(self, name: str, code: FindingCode, work: Callable[[], T]) -> T | None:
        """What `work` gives; an error people can understand becomes a finding."""
        try:
            return work()
        except IkiikiError as error:
            self.add(name, code, f"{error.what}（{error.where}）" if error.where else error.what)
            return None


def verify(files: Mapping[str, bytes], keys: Mapping[Site, Ed25519PublicKey]) -> DrawReport:
    """Checks everything that can be checked in `files`, with the keys of both sites.

    The keys must come from elsewhere than the folder: the party under test does not supply the test.
    """
    folder = _Folder(files)
    for name in files:
        if name not in TYPES and name not in COMPANIONS and not _is_signature(name):
            folder.add(name, FindingCode.UNKNOWN_FILE, "公開ファイルではない名前です")
    params = folder.read(PARAMS, Params.parse)
    roll = folder.read(LIST, Roll.parse)
    commits = folder.read(COMMITS, Commits.parse)
    if params and roll:
        folder.attempt(LIST, FindingCode.MISMATCH, lambda: check_roll(params, roll))
    if roll:
        folder.attempt(LIST, FindingCode.MISMATCH, lambda: check_commitments(roll))
    opened = _check_steps(folder, params, commits)
    made = _check_dice(folder, params, opened)
    result = folder.read(RESULT, Result.parse)
    if params and roll and made and result:
        computed = folder.attempt(RESULT, FindingCode.MISMATCH, lambda: run(params, roll, made))
        if computed is not None:
            folder.must(computed == result, RESULT, "計算し直した結果と一致しません")
    ward_seq, events = _check_events(folder, params, roll, result)
    abandoned = _check_abandoned(folder, params)
    _check_signatures(folder, keys)
    return DrawReport(
        params.draw if params else None,
        _excused(folder),
        len(roll.lines) if roll else 0,
        ward_seq,
        abandoned,
        events,
        made.beacon if made else None,
    )


def _check_abandoned(folder: _Folder, params: Params | None) -> tuple[Abandoned, ...]:
    """Each site's word, if there is one: of this draw, as far as the folder goes, and not against a fixed result."""
    present = [party for party in Site if abandoned_name(party) in folder.files]
    words = [folder.read(abandoned_name(party), Abandoned.parse) for party in present]
    found = tuple(word for word in words if word)
    for word in found:
        if params:
            same = (word.draw, word.params) == (params.draw, params.sha256)
            folder.must(same, word.file_name, "別の抽選、または別の規則についてのものです")
        there = bool(REACHED_FILES[word.reached] & folder.files.keys())
        folder.must(there, word.file_name, "そこまで進んだという手順のファイルがありません")
        folder.must(RESULT not in folder.files, word.file_name, "結果のある抽選は取りやめられません")
    dice = [
        Dice.parse(folder.files[dice_name(party)], dice_name(party))
        for party in Site
        if found and dice_name(party) in folder.files and not folder.accused(dice_name(party))
    ]
    if len(dice) == len(Site):
        folder.must(
            not same_chance(*dice), found[0].file_name, "両者のさいころが一致した抽選は取りやめられません"
        )
    return found


def _excused(folder: _Folder) -> tuple[DrawFinding, ...]:
    """The findings; what is missing before the last step taken, or after the draw, is GONE."""
    step_of = {name: step for step, names in enumerate(_STEPS) for name in names}
    reached = max((step for name, step in step_of.items() if name in folder.files), default=0)
    made = []
    for finding in folder.found:
        signed = finding.file.removesuffix(".sig").removesuffix(".contractor").removesuffix(".ward")
        code = finding.code
        step = step_of.get(signed, -1)
        halved = finding.file == signed and step == reached and step not in _ONE_AFTER_THE_OTHER
        unsigned = finding.file != signed and signed in map(
            dice_name, Site
        )  # dice are somebody's, or nobody's
        if code is FindingCode.MISSING and (step < reached or halved or unsigned):
            code = FindingCode.GONE
        made.append(DrawFinding(finding.file, code, finding.text))
    return tuple(made)


_ONE_AFTER_THE_OTHER = (0, 3)
"""Steps that may stand half done: seals and dice, which one site puts down after the other."""


def _is_signature(name: str) -> bool:
    return any(name == signature_name(file_name, party) for file_name in TYPES for party in Site)


def _check_steps(folder: _Folder, params: Params | None, commits: Commits | None) -> Opened | None:
    """Freeze over rules, seals and roll; opening over freeze and reveals."""
    frozen = folder.read(FREEZE, Freeze.parse)
    if frozen:
        named = ((PARAMS, frozen.params), (COMMITS, frozen.commits), (LIST, frozen.roll))
        for name, bound in named:
            if name in folder.files:
                same = sha256_hex(folder.files[name]) == bound
                folder.must(same, name, "freeze.txtにあるハッシュ値と違います")
        if params:
            folder.must(frozen.draw == params.draw, FREEZE, "別の抽選のファイルです")
    opened = folder.read(OPENED, Opened.parse)
    if not opened:
        return None
    if frozen:
        folder.must(opened.freeze == frozen.sha256, OPENED, "freeze.txtのハッシュ値と違います")
    if params:
        folder.must(opened.draw == params.draw, OPENED, "別の抽選のファイルです")
    if commits:
        for party in Site:
            _check_reveal(folder, opened, commits, party)
    return opened


def _check_reveal(folder: _Folder, opened: Opened, commits: Commits, party: Site) -> None:
    name = reveal_name(party)
    if opened.of(party) is None:
        folder.must(name not in folder.files, name, "ABSENTとされた組織の開封ファイルがあります")
    elif name not in folder.files:
        folder.add(name, FindingCode.GONE, "ファイルがありません")
    else:
        reveal = read_reveal(opened.draw, commits, party, folder.files[name])
        if folder.must(reveal is not None, name, "封印と一致しません") and reveal:
            folder.must(reveal.secret == opened.of(party), name, "opened.txtの値と違います")


def _check_dice(folder: _Folder, params: Params | None, opened: Opened | None) -> SeedInput | None:
    """Dice as both sites read them, and the seed made of them; the seed-input that counts."""
    read = {party: folder.read(dice_name(party), Dice.parse) for party in Site}
    dice = {party: one for party, one in read.items() if one}
    if params and opened:
        for one in dice.values():
            folder.attempt(one.file_name, FindingCode.MISMATCH, partial(check_dice, params, opened, one))
    made = folder.read(SEED_INPUT, SeedInput.parse)
    if params and opened and made and len(dice) == len(Site):
        expected = folder.attempt(SEED_INPUT, FindingCode.MISMATCH, lambda: seed_input(params, opened, dice))
        if expected:
            folder.must(
                expected == made, SEED_INPUT, "開封・さいころ・公開乱数から作られるはずの内容と違います"
            )
    return made


def _check_events(
    folder: _Folder, params: Params | None, roll: Roll | None, result: Result | None
) -> tuple[int | None, int]:
    """Chain, heads, replay and standing. (How many events the ward has countersigned, how many there are.)"""
    present = [name for name in (EVENTS, STANDING, *map(head_name, Site)) if name in folder.files]
    if not present or result is None:
        for name in present:
            folder.add(name, FindingCode.MISMATCH, "抽選結果がないのに、その後の記録があります")
        return None, 0
    log: EventLog | None = EventLog(result.sha256)
    if EVENTS in folder.files:
        log = folder.read(EVENTS, lambda data, name: EventLog.parse(data, result.sha256, name))
    if log is None:
        return None, 0
    own = folder.read(head_name(Site.CONTRACTOR), Head.parse)
    if own:
        _check_head(folder, own, log, params)
        folder.must(own.seq == len(log.events), own.file_name, "できごとの行数と違います")
    late = [event.commitment for event in log.events if isinstance(event, Late)]
    if late and roll:
        known = {line.commitment for line in roll.lines}.union(late)
        once = len(known) == len({line.commitment for line in roll.lines}) + len(late)
        folder.must(once, EVENTS, "同じ封印が2度書かれています")
    if EVENTS in folder.files and params and _knows_outings(folder, params, result):
        standing = folder.attempt(EVENTS, FindingCode.MISMATCH, lambda: replay(params, result, log.events))
        if standing and folder.read(STANDING, lambda data, _: data) is not None:
            same = standing.to_bytes() == folder.files[STANDING]
            folder.must(same, STANDING, "できごとから計算し直した一覧と一致しません")
    elif EVENTS not in folder.files:
        folder.must(STANDING not in folder.files, EVENTS, "standing.txtがあるのに、ファイルがありません")
    if head_name(Site.WARD) not in folder.files:
        return None, len(log.events)
    seen = folder.read(head_name(Site.WARD), Head.parse)
    good = seen is not None and _check_head(folder, seen, log, params)
    return (seen.seq if seen and good else None), len(log.events)


def _knows_outings(folder: _Folder, params: Params, result: Result) -> bool:
    """Whether each outing of the result is one of the rules: nothing can be replayed over others."""
    named = {code for courses in {line.courses for line in result.lines} for code in courses}
    known = named <= {course.code for course in params.courses}
    return folder.must(known, RESULT, "抽選の対象でない回が書かれています")


def _check_head(folder: _Folder, head: Head, log: EventLog, params: Params | None) -> bool:
    good = folder.must(
        head.seq <= len(log.events) and log.hash_at(head.seq) == head.head,
        head.file_name,
        f"{SITE_WORDS[head.party]}が見たできごとの記録と違います",
    )
    return (
        folder.must(not params or head.draw == params.draw, head.file_name, "別の抽選のファイルです") and good
    )


def _check_signatures(folder: _Folder, keys: Mapping[Site, Ed25519PublicKey]) -> None:
    for file_name in TYPES:
        for party in Site:
            name = signature_name(file_name, party)
            if name in folder.files and file_name not in folder.files:
                folder.add(name, FindingCode.SIGNATURE, "署名の対象となるファイルがありません")
            elif name in folder.files:
                if not is_signed(keys[party], file_name, folder.files[file_name], folder.files[name]):
                    folder.add(name, FindingCode.SIGNATURE, f"{SITE_WORDS[party]}の署名ではありません")
            elif file_name in folder.files and party in SIGNED_BY.get(file_name, ()):
                folder.add(name, FindingCode.MISSING, f"{SITE_WORDS[party]}の署名がありません")
