"""All use cases of one person in one open vault."""

from __future__ import annotations

from core.office.approving import take_approval
from core.office.backups import Backups
from core.office.box_log import BoxLogDesk
from core.office.by_phone import ByPhone
from core.office.chances import Chances
from core.office.checkup import Checkup
from core.office.countersigning import receipt_entries, take_receipt
from core.office.custody import Custody
from core.office.custody_papers import CustodyPapers
from core.office.desk import Desk
from core.office.drafts import Drafts
from core.office.drawn import take_draw
from core.office.duties import Duties
from core.office.epochs import take_epoch
from core.office.erase_answers import EraseAnswers
from core.office.erase_requests import EraseRequests
from core.office.erasing import Erasing
from core.office.exchange import Exchange, Sealer, Sent
from core.office.exporting import Exporting
from core.office.flow import Flow
from core.office.grouping import Groups
from core.office.importing import Importing
from core.office.incidents import Incidents
from core.office.intake import Intake
from core.office.inventory import Inventory
from core.office.ledger import LedgerDesk
from core.office.letter_window import LetterWindow
from core.office.log_review import LogReviews
from core.office.lottery import Lottery
from core.office.mailing import Mailing
from core.office.notices import NoticeDesk
from core.office.outing_day import OutingDay
from core.office.paper_desk import PaperDesk
from core.office.participants import Participants
from core.office.person import PersonDesk
from core.office.places import Places
from core.office.ports import Boxes
from core.office.publication import Publication
from core.office.records import Records
from core.office.refusals import Refusals
from core.office.registers import Registers
from core.office.review import Review
from core.office.review_paper import ReviewPaper
from core.office.rules import Rules
from core.office.seating import Seated
from core.office.second import SecondDesk
from core.office.staff import Slots, StaffDesk
from core.office.turn import take_void
from core.office.voiding import Voiding
from core.office.wording import WordingDesk
from core.office.written import WrittenFiles
from core.roles import Actor


class Office:
    """All use cases of one person in one open vault."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer, slots: Slots) -> None:
        self.actor: Actor = desk.actor
        self._desk = desk
        self.exchange = Exchange(
            desk,
            boxes,
            sealer,
            {
                "programme": lambda tx, bundle, name: self.rules.take_in(tx, bundle, name),
                "applicants": lambda tx, bundle, name: self.records.take_applicants(tx, bundle, name),
                "desk": lambda tx, bundle, name: self.records.take_desk(tx, bundle, name),
                "review": lambda tx, bundle, name: self.review.take_in(tx, bundle, name),
                "draw": lambda tx, bundle, name: take_draw(desk, tx, bundle, name),
                "participants": lambda tx, bundle, name: self.participants.take_in(tx, bundle, name),
                "approval": lambda tx, bundle, name: take_approval(desk, tx, bundle, name),
                "epoch": lambda tx, bundle, name: take_epoch(desk, tx, bundle, name),
                "void": lambda tx, bundle, name: take_void(desk, tx, bundle, name),
                "receipt": lambda tx, bundle, name: take_receipt(desk, tx, bundle, name),
            },
        )
        self.rules = Rules(desk, self.exchange)
        self.importing = Importing(desk)
        self.drafts = Drafts(desk)
        self.intake = Intake(desk)
        self.groups = Groups(desk)
        self.records = Records(desk, self.exchange)
        self.review = Review(desk, Seated(), self.exchange)
        self.review_paper = ReviewPaper(desk, self.review)
        self.lottery = Lottery(desk, self.exchange)
        self.chances = Chances(desk)
        self.participants = Participants(desk, self.exchange)
        self.outing_day = OutingDay(desk, self.participants)
        self.by_phone = ByPhone(desk, self.exchange, boxes)
        self.publication = Publication(desk)
        self.notices = NoticeDesk(desk)
        self.wording = WordingDesk(desk)
        self.letter_window = LetterWindow(desk)
        self.mailing = Mailing(desk)
        self.ledger = LedgerDesk(desk)
        self.inventory = Inventory(desk)
        self.custody = Custody(desk)
        self.custody_papers = CustodyPapers(desk, self.custody)
        self.exporting = Exporting(desk)
        self.registers = Registers(desk)
        self.incidents = Incidents(desk, self.registers)
        self.duties = Duties(desk)
        self.papers = PaperDesk(desk, boxes)
        self.box_log = BoxLogDesk(desk, boxes)
        self.log_reviews = LogReviews(desk)
        self.written = WrittenFiles(desk)
        self.places = Places(desk)
        self.erasing = Erasing(desk, boxes)
        self.person = PersonDesk(desk, slots)
        self.erase_requests = EraseRequests(desk, slots)
        self.erase_answers = EraseAnswers(desk)
        self.checkup = Checkup(desk, self.ledger)
        self.backups = Backups(desk)
        self.staff = StaffDesk(desk, slots)
        self.second = SecondDesk(desk)
        self.flow = Flow(desk, boxes)
        self.refusals = Refusals(desk, self.exchange, boxes)
        self.voiding = Voiding(desk, self.exchange, self.participants)

    def send_due(self) -> list[Sent]:
        """Seal what is due without anybody's decision: the next epoch, the programme, and receipts."""
        made = (
            self.exchange.begin_if_due(),
            self.rules.send_if_due(),
            self.exchange.send_receipt_if_due(lambda tx: receipt_entries(self._desk, tx)),
        )
        return [sent for sent in made if sent]
