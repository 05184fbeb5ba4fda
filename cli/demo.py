"""The demo: a year ①–⑪ between two vaults through a folder, by the same use cases the faces call."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.clock import now
from cli.demo_counter import counter_by_medium, counter_on_paper
from cli.demo_people import demo_programme, desk_applications, outing_days, paper_applications, write_exports
from cli.demo_registers import keep, print_all, settle
from cli.demo_staff import PASSWORDS, STAFF, accounts, engage, review_log
from cli.founding import create_vault_folder
from cli.session import Session, open_session
from core.applicant import Problem, State
from core.errors import Refused
from core.notice_kinds import Form, NoticeKind
from core.notices import as_mail
from core.office.listing import ListFilter
from core.office.notices import count_words
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Site
from core.wording_texts import GUIDE

MARKER = ".ikiiki-demo"
KDF_MIB = 64
LETTERS = 5
"""So many of the notices go in window envelopes, the others as postcards."""
_HELD_BY = {
    Problem.DUPLICATE: "duplicate_application",
    Problem.UNDERAGE: "not_eligible",
    Problem.OUTSIDE_WARD: "not_eligible",
}


@dataclass(frozen=True)
class Year:
    """How the year ended."""

    folder: Path
    draw: str
    counts: dict[str, int]

    def document(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "draw": self.draw, **self.counts}

    def closing(self) -> str:
        lines = [f"できあがり: {self.folder}（何がどこにあるかは README.txt）"]
        for site in Site:
            staff, _ = STAFF[site]
            lines.append(
                f"画面で開く: {_command()} --vault {self.folder / site.value} --staff {staff} tui   パスワード {PASSWORDS[site]}"
            )
        return "\n".join(lines)


def play(folder: Path, tell: Callable[[str], None]) -> Year:
    """Play the year in `folder`, telling each step. Raises `Refused` when something else than a demo is there."""
    _clear(folder)
    (folder / "remote").mkdir()
    (folder / "medium").mkdir()
    days = outing_days(now().date())
    programme = demo_programme(days)
    (folder / "programme.toml").write_text(programme, encoding="utf-8")
    exports = write_exports(folder / "exports", days)
    for site in Site:
        staff, name = STAFF[site]
        create_vault_folder(
            folder / site.value, site, staff, name, PASSWORDS[site],
            programme=programme if site is Site.CONTRACTOR else None,
            remote=f"folder:{folder / 'remote'}", kdf_mib=KDF_MIB,
        )  # fmt: skip
    with _Both(folder) as both:
        return _Player(folder, both.contractor, both.ward, tell).year(exports)


class _Both:
    """Both vaults, opened by their managers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> _Both:
        self.contractor = self._open(Site.CONTRACTOR)
        self.ward = self._open(Site.WARD)
        return self

    def __exit__(self, *_: object) -> None:
        self.contractor.close()
        self.ward.close()

    def _open(self, site: Site) -> Session:
        return open_session(self._folder / site.value, STAFF[site][0], PASSWORDS[site], terminal="demo")


class _Player:
    """Plays the steps; each tells what it did and where it lies."""

    def __init__(self, folder: Path, contractor: Session, ward: Session, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.contractor = contractor
        self.ward = ward
        self.tell = tell

    def year(self, exports: list[Path]) -> Year:
        self._pair()
        self._apply(exports)
        self._resolve()
        self._review()
        self._draw()
        self._participants()
        for session in (self.contractor, self.ward):
            review_log(session, self.tell)
        counts = self._notify()
        self._afterwards()
        draw = self._publish()
        print_all(self.contractor, self.ward, self.folder / "papers", self.tell)
        self._ledger()
        self._read_me(draw)
        return Year(self.folder, draw, counts)

    def _exchange(self, times: int = 1) -> None:
        for _ in range(times):
            for session in (self.contractor, self.ward):
                report = session.sync()
                if report.imported:
                    self.tell(f"    {session.office.actor.site.value}: {'、'.join(report.sentences[1:])}")

    def _pair(self) -> None:
        self.tell("準備  委託先と区が公開カードを渡し合い、確認番号を電話で読み合わせる")
        sides = (self.contractor.office.exchange, self.ward.office.exchange)
        for mine, other in (sides, sides[::-1]):
            mine.trust(other.partner_card(), other.fingerprint())
        for session in (self.contractor, self.ward):
            engage(session)
        self._exchange(2)
        keep(self.contractor, self.ward, self.tell)
        for session in (self.contractor, self.ward):
            session.back_up()
        self.tell("    鍵を登録した日の控えを、両方の側で取る")

    def _apply(self, exports: list[Path]) -> None:
        self.tell("①②  応募を受け付け、確かめる（委託先）")
        for path in exports:
            table = self.contractor.read_table(path)
            report = self.contractor.office.importing.import_table(table)
            dropped = "、".join(report.dropped_columns) or "なし"
            self.tell(
                f"    {report.file}（{report.encoding}）: 受付 {report.accepted}・保留 {report.held}、取り込まなかった列 {dropped}"
            )
        again = self.contractor.office.importing.import_table(self.contractor.read_table(exports[0]))
        self.tell(f"    同じファイルをもう一度: 取込済み {again.already}、変わったもの {again.changed}")
        papers = paper_applications()
        for paper in papers:
            self.contractor.office.intake.add(paper.fields, paper.route)
        self.tell(f"    はがきとFAX {len(papers)}枚を手で入力")
        *keyed, on_paper = desk_applications()
        counter_by_medium(self.ward, self.contractor, keyed, self.folder / "medium", self.tell)
        counter_on_paper(self.ward, self.contractor, [on_paper], self.folder / "papers", self.tell)

    def _resolve(self) -> None:
        intake = self.contractor.office.intake
        held = intake.page(ListFilter(states=frozenset({State.HELD})), 0, 1000)
        corrected = refused = 0
        for row in held:
            if Problem.MISSING_PHONE in row.problems or Problem.UNREADABLE_PHONE in row.problems:
                made = intake.edit(row.number, {Field.PHONE: f"03-5273-{4000 + row.number % 1000:04}"})
                if made.state is State.ACCEPTED:
                    corrected += 1
                    continue
            if row.problems == (Problem.GROUP_INCOMPLETE,):
                intake.link([row.number], None)
                corrected += 1
                continue
            reason = next((_HELD_BY[p] for p in row.problems if p in _HELD_BY), "cannot_reach")
            intake.resolve(row.number, False, reason)
            refused += 1
        counts = intake.counts()
        self.tell(
            f"    保留 {len(held)}件を電話などで確かめた: 訂正して受付 {corrected}・不受理 {refused} → 受付 {counts[State.ACCEPTED]}件"
        )

    def _review(self) -> None:
        self.tell("③④⑤  応募者データを区へ送り、区が点検する")
        self.contractor.office.lottery.seal()
        sent = self.contractor.office.records.send()
        assert sent is not None
        self.tell(f"    束 {sent.name}（{sent.counts['applications']}件）を封印し、受渡しフォルダへ")
        self._exchange(2)
        review = self.ward.office.review
        first = review.rows(APPLICANTS)[0]
        review.return_(APPLICANTS, [first.record], "unclear")
        said = review.confirm_rest(APPLICANTS)
        rest = [item.record for item in review.rows(APPLICANTS) if not item.verdict]
        review.confirm(APPLICANTS, rest)
        review.send()
        self.tell(
            f"    区: 確認 {said + len(rest)}件、差戻し 1件（受付番号 {first.number:04}、内容に不明な点がある）"
        )
        self._exchange(2)
        intake = self.contractor.office.intake
        wishes = intake.open(first.number).applicant.preferences
        intake.edit(first.number, {Field.PREFERENCE: "、".join(wishes[:1])})
        self.contractor.office.records.send()
        self._exchange(2)
        review.confirm_rest(APPLICANTS)
        review.confirm(APPLICANTS, [item.record for item in review.rows(APPLICANTS) if not item.verdict])
        review.send()
        status = review.status(APPLICANTS)
        self.tell(f"    委託先が本人に確かめて訂正し、送り直した。区の点検 {status.confirmed}/{status.total}")

    def _draw(self) -> None:
        self.tell("⑥    抽選（区と委託先の儀式）")
        contractor, ward = self.contractor.office.lottery, self.ward.office.lottery
        dice = "".join(str(secrets.randbelow(10)) for _ in range(20))
        steps: list[tuple[str, Callable[[], object]]] = [
            ("区が封印をつくる（規則と両者の封印に署名）", ward.seal),
            ("委託先が抽選名簿を確定する", contractor.freeze),
            ("区が名簿を確認済みの応募と一対一に照合して署名し、封印を開ける", ward.freeze),
            ("委託先が開封を記録する", contractor.open_seals),
            ("区が開封を確かめて署名する", ward.open_seals),
            (f"委託先がさいころの数字を入力する {dice}", lambda: contractor.dice(dice)),
            ("区も同じ紙から入力し、自分の端末で抽選を計算して署名する", lambda: ward.dice(dice)),
            ("委託先が計算し、同じ結果に署名する", contractor.draw),
        ]
        for words, act in steps:
            self.contractor.sync()
            self.ward.sync()
            self.contractor.sync()
            act()
            self.tell(f"    {words}")
        self._exchange(2)
        state = self.ward.office.lottery.status()
        seats = "、".join(f"{code} {taken}/{room}" for code, (taken, room) in state.seats.items())
        self.tell(f"    抽選単位 {state.units}、当選 {seats}")
        self.tell(f"    種 {state.seed}")

    def _participants(self) -> None:
        self.tell("⑦⑧⑨⑩  参加者データを区へ送り、区が計算し直して点検し、承認する")
        self.contractor.office.participants.send()
        self._exchange(2)
        self.ward.office.review.confirm_rest(PARTICIPANTS)
        rest = [item.record for item in self.ward.office.review.rows(PARTICIPANTS) if not item.verdict]
        self.ward.office.review.confirm(PARTICIPANTS, rest)
        self.ward.office.review.send()
        status = self.ward.office.review.status(PARTICIPANTS)
        self.ward.office.participants.approve()
        self.tell(f"    区の点検 {status.confirmed}/{status.total}人、承認を送った")
        self._exchange(2)

    def _notify(self) -> dict[str, int]:
        self.tell("⑪    参加証と落選通知")
        papers = self.folder / "papers"
        notices = self.contractor.office.notices
        self._meeting_places()
        items = notices.prepare()
        cards, letters = items[:-LETTERS], items[-LETTERS:]
        written = self.contractor.write_notices(papers / "notices.pdf", cards)
        written += self.contractor.write_notices(papers / "letters.pdf", letters, Form.LETTER)
        notices.dispatch(items)
        mail = next((as_mail(item.notice) for item in items if item.email), None)
        if mail is not None:
            (papers / "mail.txt").write_text(f"件名: {mail.subject}\n\n{mail.body}", encoding="utf-8")
        counts = {kind.value: sum(item.notice.kind is kind for item in items) for kind in NoticeKind}
        self.tell(f"    {count_words(items)} → {'、'.join(str(p.relative_to(self.folder)) for p in written)}")
        self._exchange(2)
        return counts

    def _meeting_places(self) -> None:
        """What the contractor writes into its files of words before the cards are made."""
        folder = self.folder / "papers" / "wording"
        self.contractor.write_wording(folder)
        guide = folder / GUIDE
        text = guide.read_text(encoding="utf-8")
        for item, words in (
            ("集合場所", "駅の改札前"), ("集合時間", "午前8時30分"), ("持ち物", "弁当、飲み物、雨具、歩きやすい靴"),
        ):  # fmt: skip
            text = text.replace(f"{item}: \n", f"{item}: {words}\n")
        guide.write_text(text, encoding="utf-8")
        self.contractor.read_wording(folder)

    def _afterwards(self) -> None:
        self.tell("その後  辞退と繰上げ、当日の出欠")
        people = self.contractor.office.participants
        today = now().date()
        coming = [o.code for o in self.contractor.office.intake.programme().outings if o.date > today]
        if not coming:
            self.tell("    どの回も開催日が来たので、だれも繰り上がりません")
        for outing in sorted({*coming[:1], *coming[-1:]}):
            seated = people.list(outing)[0]
            promoted = people.cancel(seated.unit_id)
            self.tell(
                f"    受付番号 {seated.number:04} が辞退 → 繰上げ {'、'.join(f'{p.id}（{p.course}）' for p in promoted) or 'なし'}"
            )
        planned = self.contractor.office.intake.programme().outing("A").date
        if today >= planned:
            day = [p for p in people.list("A") if p.place == 0]
            for index, participant in enumerate(day):
                people.attend("A", participant.record, index % 17 != 5)
            self.tell(f"    A の当日: 参加者 {len(day)}人の出欠を記録")
        else:
            self.tell(f"    A の出欠は、開催日（{planned}）から記録できます")
        people.send()
        settle(self.contractor, self.ward, self.tell)
        self._exchange(2)

    def _publish(self) -> str:
        draw, _ = self.contractor.office.publication.files()
        public = self.folder / "public" / draw
        self.contractor.publish(public)
        self.tell(
            f"公開  {public.relative_to(self.folder)}（氏名などは含まない）を、そこにある verify.sh で確かめる"
        )
        run = subprocess.run(
            ["/bin/sh", "verify.sh"], cwd=public, capture_output=True, text=True, check=False
        )
        for line in (run.stdout + run.stderr).strip().split("\n"):
            self.tell(f"    {line}")
        if run.returncode:
            raise Refused("公開フォルダの確かめが通りませんでした", where=str(public))
        return draw

    def _ledger(self) -> None:
        papers = self.folder / "papers"
        for session in (self.contractor, self.ward):
            site = session.office.actor.site
            (papers / f"ledger-{site.value}.hkl").write_bytes(session.office.ledger.export(site))
            found = session.office.ledger.verify()
            if found:
                raise Refused(f"管理簿に合わないところがあります: {found[0].what}")
        sizes = "、".join(f"{site.value} {self.ward.office.ledger.count(site)}行" for site in Site)
        self.tell(f"管理簿  両方の側で、つながりと署名を最初の行から確かめた（{sizes}）→ papers/ledger-*.hkl")

    def _read_me(self, draw: str) -> None:
        lines = [
            "いきいきハイキングの見本です。人物・住所・電話番号はすべて架空のものです。",
            "",
            "contractor/   委託先の保管庫（暗号化）",
            "ward/         区の保管庫（暗号化）",
            "remote/       Boxの代わりの受渡しフォルダ（封印した束だけ）",
            "medium/       区の窓口の応募を渡した媒体（封印した束だけ）",
            "exports/      申込フォームから書き出したファイル（見本の入力）",
            f"public/{draw}/   だれでも写してよい抽選の記録。cd して sh verify.sh",
            "papers/       窓口の受渡票、参加証・落選通知のPDF（はがきと封書）、メールの文面、通知の言葉、帳票と報告、管理簿の書き出し",
            "",
            "見本の職員とパスワード",
        ]
        for site in Site:
            staff, _ = STAFF[site]
            lines.append(f"  {site.value}: {accounts(site)}  パスワード {PASSWORDS[site]}")
            lines.append(f"    {_command()} --vault {self.folder / site.value} --staff {staff} tui")
        (self.folder / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _command() -> str:
    """How the person who started this starts it again."""
    return "ikiiki" if shutil.which("ikiiki") else str(Path(sys.argv[0]))


def _is_replaceable(folder: Path) -> bool:
    """An empty folder, or a demo's own; never a file, nor a link to a folder somewhere else."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return (folder / MARKER).is_file() or not any(folder.iterdir())


def _clear(folder: Path) -> None:
    """Make an empty folder with the demo's marker; an older demo is replaced, anything else refused."""
    if folder.is_symlink() or folder.exists():
        if not _is_replaceable(folder):
            raise Refused(
                "ここには見本でないものがあります。何も消していません",
                where=str(folder),
                next_step="空のフォルダか、まだないフォルダを指定してください",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("ikiiki demo\n", encoding="utf-8")
