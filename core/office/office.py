"""All use cases of one person in one open vault."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING

from core.office.once import once

if TYPE_CHECKING:
    from core.office.backups import Backups
    from core.office.box_log import BoxLogDesk
    from core.office.boxes import Boxes
    from core.office.by_phone import ByPhone
    from core.office.chances import Chances
    from core.office.checkup import Checkup
    from core.office.custody import Custody
    from core.office.custody_papers import CustodyPapers
    from core.office.desk import Desk
    from core.office.drafts import Drafts
    from core.office.duties import Duties
    from core.office.envelope import Opened, Sealer, Sent
    from core.office.erase_answers import EraseAnswers
    from core.office.erase_requests import EraseRequests
    from core.office.erasing import Erasing
    from core.office.exchange import Exchange
    from core.office.exporting import Exporting
    from core.office.finished import FinishedDraws
    from core.office.flow import Flow
    from core.office.grouping import Groups
    from core.office.hand_back import HandingBack
    from core.office.importing import Importing
    from core.office.incidents import Incidents
    from core.office.intake import Intake
    from core.office.inventory import Inventory
    from core.office.ledger import LedgerDesk
    from core.office.letter_window import LetterWindow
    from core.office.log_review import LogReviews
    from core.office.lookups import Lookups
    from core.office.lottery import Lottery
    from core.office.mailing import Mailing
    from core.office.notices import NoticeDesk
    from core.office.outing_day import OutingDay
    from core.office.paper_desk import PaperDesk
    from core.office.participants import Participants
    from core.office.person import PersonDesk
    from core.office.places import Places
    from core.office.ports import Tx
    from core.office.publication import Publication
    from core.office.receiving import Taker
    from core.office.records import Records
    from core.office.refusals import Refusals
    from core.office.registers import Registers
    from core.office.review import Review
    from core.office.review_paper import ReviewPaper
    from core.office.rules import Rules
    from core.office.second import SecondDesk
    from core.office.staff import Slots, StaffDesk
    from core.office.take_back import TakingBack
    from core.office.voiding import Voiding
    from core.office.wording import WordingDesk
    from core.office.written import WrittenFiles
    from core.roles import Actor


class Office:
    """All use cases of one person in one open vault. Each is loaded and made when it is first asked for (`once`): a command
    needs two or three of them, and a person at the screens seldom half."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer, slots: Slots) -> None:
        self.actor: Actor = desk.actor
        self.making = RLock()
        self._desk, self._boxes, self._sealer, self._slots = desk, boxes, sealer, slots

    @once
    def exchange(self) -> Exchange:
        from core.office.exchange import Exchange

        return Exchange(self._desk, self._boxes, self._sealer, self._takers())

    @once
    def rules(self) -> Rules:
        from core.office.rules import Rules

        return Rules(self._desk, self.exchange)

    @once
    def _finished(self) -> FinishedDraws:
        from core.office.finished import FinishedDraws

        return FinishedDraws()

    @once
    def importing(self) -> Importing:
        from core.office.importing import Importing

        return Importing(self._desk)

    @once
    def drafts(self) -> Drafts:
        from core.office.drafts import Drafts

        return Drafts(self._desk)

    @once
    def _lookups(self) -> Lookups:
        from core.office.lookups import Lookups

        return Lookups(self._desk)

    @once
    def intake(self) -> Intake:
        from core.office.intake import Intake

        return Intake(self._desk, self._lookups)

    @once
    def groups(self) -> Groups:
        from core.office.grouping import Groups

        return Groups(self._desk, self._lookups)

    @once
    def records(self) -> Records:
        from core.office.records import Records

        return Records(self._desk, self.exchange)

    @once
    def review(self) -> Review:
        from core.office.finished import Seated
        from core.office.review import Review

        return Review(self._desk, Seated(self._finished), self.exchange)

    @once
    def review_paper(self) -> ReviewPaper:
        from core.office.review_paper import ReviewPaper

        return ReviewPaper(self._desk, self.review)

    @once
    def lottery(self) -> Lottery:
        from core.office.lottery import Lottery

        return Lottery(self._desk, self.exchange)

    @once
    def chances(self) -> Chances:
        from core.office.chances import Chances

        return Chances(self._desk)

    @once
    def participants(self) -> Participants:
        from core.office.participants import Participants

        return Participants(self._desk, self.exchange, self._finished)

    @once
    def outing_day(self) -> OutingDay:
        from core.office.outing_day import OutingDay

        return OutingDay(self._desk, self.participants)

    @once
    def by_phone(self) -> ByPhone:
        from core.office.by_phone import ByPhone

        return ByPhone(self._desk, self.exchange, self._boxes)

    @once
    def publication(self) -> Publication:
        from core.office.publication import Publication

        return Publication(self._desk)

    @once
    def notices(self) -> NoticeDesk:
        from core.office.notices import NoticeDesk

        return NoticeDesk(self._desk)

    @once
    def wording(self) -> WordingDesk:
        from core.office.wording import WordingDesk

        return WordingDesk(self._desk)

    @once
    def letter_window(self) -> LetterWindow:
        from core.office.letter_window import LetterWindow

        return LetterWindow(self._desk)

    @once
    def mailing(self) -> Mailing:
        from core.office.mailing import Mailing

        return Mailing(self._desk)

    @once
    def ledger(self) -> LedgerDesk:
        from core.office.ledger import LedgerDesk

        return LedgerDesk(self._desk)

    @once
    def inventory(self) -> Inventory:
        from core.office.inventory import Inventory

        return Inventory(self._desk)

    @once
    def custody(self) -> Custody:
        from core.office.custody import Custody

        return Custody(self._desk)

    @once
    def custody_papers(self) -> CustodyPapers:
        from core.office.custody_papers import CustodyPapers

        return CustodyPapers(self._desk, self.custody)

    @once
    def exporting(self) -> Exporting:
        from core.office.exporting import Exporting

        return Exporting(self._desk)

    @once
    def registers(self) -> Registers:
        from core.office.registers import Registers

        return Registers(self._desk)

    @once
    def incidents(self) -> Incidents:
        from core.office.incidents import Incidents

        return Incidents(self._desk, self.registers)

    @once
    def duties(self) -> Duties:
        from core.office.duties import Duties

        return Duties(self._desk)

    @once
    def papers(self) -> PaperDesk:
        from core.office.paper_desk import PaperDesk

        return PaperDesk(self._desk, self._boxes)

    @once
    def box_log(self) -> BoxLogDesk:
        from core.office.box_log import BoxLogDesk

        return BoxLogDesk(self._desk, self._boxes)

    @once
    def log_reviews(self) -> LogReviews:
        from core.office.log_review import LogReviews

        return LogReviews(self._desk)

    @once
    def written(self) -> WrittenFiles:
        from core.office.written import WrittenFiles

        return WrittenFiles(self._desk)

    @once
    def places(self) -> Places:
        from core.office.places import Places

        return Places(self._desk)

    @once
    def erasing(self) -> Erasing:
        from core.office.erasing import Erasing

        return Erasing(self._desk, self._boxes)

    @once
    def person(self) -> PersonDesk:
        from core.office.person import PersonDesk

        return PersonDesk(self._desk, self._slots)

    @once
    def erase_requests(self) -> EraseRequests:
        from core.office.erase_requests import EraseRequests

        return EraseRequests(self._desk, self._slots)

    @once
    def erase_answers(self) -> EraseAnswers:
        from core.office.erase_answers import EraseAnswers

        return EraseAnswers(self._desk)

    @once
    def checkup(self) -> Checkup:
        from core.office.checkup import Checkup

        return Checkup(self._desk, self.ledger)

    @once
    def backups(self) -> Backups:
        from core.office.backups import Backups

        return Backups(self._desk)

    @once
    def handing_back(self) -> HandingBack:
        from core.office.hand_back import HandingBack

        return HandingBack(self._desk, self._boxes, self._sealer)

    @once
    def taking_back(self) -> TakingBack:
        from core.office.take_back import TakingBack

        return TakingBack(self._desk, self.exchange, self._sealer)

    @once
    def staff(self) -> StaffDesk:
        from core.office.staff import StaffDesk

        return StaffDesk(self._desk, self._slots)

    @once
    def second(self) -> SecondDesk:
        from core.office.second import SecondDesk

        return SecondDesk(self._desk)

    @once
    def flow(self) -> Flow:
        from core.office.flow import Flow

        return Flow(self._desk, self._boxes, self._finished)

    @once
    def refusals(self) -> Refusals:
        from core.office.refusals import Refusals

        return Refusals(self._desk, self.exchange, self._boxes)

    @once
    def voiding(self) -> Voiding:
        from core.office.voiding import Voiding

        return Voiding(self._desk, self.exchange, self.participants)

    def _takers(self) -> dict[str, Taker]:
        """Who takes in what came, by the kind of its bundle."""
        from core.office.epochs import take_epoch
        from core.office.turn import take_void

        return {
            "programme": lambda tx, bundle, name: self.rules.take_in(tx, bundle, name),
            "applicants": lambda tx, bundle, name: self.records.take_applicants(tx, bundle, name),
            "desk": lambda tx, bundle, name: self.records.take_desk(tx, bundle, name),
            "review": lambda tx, bundle, name: self.review.take_in(tx, bundle, name),
            "participants": lambda tx, bundle, name: self.participants.take_in(tx, bundle, name),
            "draw": self._take_draw,
            "approval": self._take_approval,
            "epoch": lambda tx, bundle, name: take_epoch(self._desk, tx, bundle, name),
            "void": lambda tx, bundle, name: take_void(self._desk, tx, bundle, name),
            "receipt": self._take_receipt,
        }

    def _take_draw(self, tx: Tx, bundle: Opened, name: str) -> None:
        from core.office.drawn import take_draw

        take_draw(self._desk, tx, bundle, name)

    def _take_approval(self, tx: Tx, bundle: Opened, name: str) -> None:
        from core.office.approving import take_approval

        take_approval(self._desk, tx, bundle, name)

    def _take_receipt(self, tx: Tx, bundle: Opened, name: str) -> None:
        from core.office.countersigning import take_receipt

        take_receipt(self._desk, tx, bundle, name)

    def send_due(self) -> list[Sent]:
        """Seal what is due without anybody's decision: the next epoch, the programme, and receipts."""
        from core.office.countersigning import receipt_entries

        made = (
            self.exchange.begin_if_due(),
            self.rules.send_if_due(),
            self.exchange.send_receipt_if_due(lambda tx: receipt_entries(self._desk, tx)),
        )
        return [sent for sent in made if sent]
