"""Forms: an application as a form shows it, and the one place where a new one gets its number and record."""

from __future__ import annotations

from collections.abc import Mapping

from core.applicant import Applicant, Application, Reading, Route, State
from core.canonical import canonical_json, crockford_id, sha256_hex
from core.office.desk import Desk
from core.office.ports import Tx
from core.office.settling import Settling
from core.people.fields import Field
from core.roles import Site

OWN_NUMBERS = range(1, 9_000_000)
"""受付番号 given by the contractor."""
DESK_NUMBERS = range(9_000_001, 10_000_000)
"""受付番号 given at the ward's counter: a series of its own, so that one number means one application at both sites."""


def as_fields(applicant: Applicant) -> dict[Field, str]:
    """An applicant as a form shows it for editing."""
    return {
        Field.KANA: applicant.kana,
        Field.BIRTH_DATE: applicant.birth_date.isoformat() if applicant.birth_date else "",
        Field.POSTAL_CODE: applicant.postal_code,
        Field.ADDRESS: applicant.address,
        Field.PHONE: applicant.phone,
        Field.EMAIL: applicant.email or "",
        Field.PREFERENCE: "、".join(applicant.preferences),
        Field.GROUP: applicant.group or "",
    }


def fingerprint_of(cells: Mapping[str, str]) -> str:
    """SHA-256 that knows a row's kept cells again."""
    return sha256_hex(b"hk-row-v1\n" + canonical_json(cells) + b"\n")


def take_on(
    desk: Desk,
    tx: Tx,
    reading: Reading,
    route: Route,
    *,
    source: str,
    receipt: str | None,
    settling: Settling,
) -> Application:
    """Store a new application under the next 受付番号 and a fresh record number. Settle afterwards."""
    number = tx.applications.next_number(numbers_of(desk))
    application = new_application(desk, number, reading, route, source=source, receipt=receipt)
    tx.applications.add(application, desk.now())
    settling.took_on(application)
    return application


def numbers_of(desk: Desk) -> range:
    """The 受付番号 that this site gives."""
    return DESK_NUMBERS if desk.actor.site is Site.WARD else OWN_NUMBERS


def new_application(
    desk: Desk, number: int, reading: Reading, route: Route, *, source: str, receipt: str | None
) -> Application:
    """A new application under that 受付番号 and a fresh record number, not stored yet."""
    return Application(
        number=number,
        record=crockford_id(desk.entropy(10)),
        applicant=reading.applicant,
        state=State.HELD if reading.problems else State.ACCEPTED,
        route=route,
        source=source,
        receipt=receipt,
        problems=reading.problems,
        warnings=reading.warnings,
        version=1,
    )
