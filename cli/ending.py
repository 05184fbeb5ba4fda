"""What an open vault can do towards its end: the erasure, and what one person may ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.office.ports import Progress

if TYPE_CHECKING:
    from cli.wiring import Session
    from core.erasure.agreement import Agreement
    from core.office.erasing import Plan


class Ending:
    """The part of a `Session` that is about erasing. Heavy modules load when asked for."""

    @property
    def _session(self) -> Session:
        return cast("Session", self)

    def erasure_plan(self) -> Plan:
        """Every copy there is, and who has agreed to their erasure."""
        from cli.erasing import found_of

        return self._session.office.erasing.plan(found_of(self._session))

    def propose_erasure(self, *, anyway: bool = False) -> Agreement:
        """The first person's word, over the copies there are now."""
        from cli.erasing import found_of

        return self._session.office.erasing.propose(found_of(self._session), anyway=anyway)

    def erase(self, programme_name: str, progress: Progress | None = None, *, unprinted: str = "") -> str:
        """Carry out what two people agreed to: what is to be told. This session is closed once it has begun.

        Raises only what left everything as it was; what stops it later is told, and gone on with at the next start.
        """
        from cli.erasing import erase_and_tell

        return erase_and_tell(self._session, programme_name, progress, unprinted)

    def write_erasure_report(self, file: Path) -> str:
        """消去報告書 as PDF at `file`, and beside it, ending in `.evidence`, the signed record; the paper's 控番号."""
        from cli.erasing import write_report

        return write_report(self._session, file)

    def write_disclosure(self, file: Path, number: int) -> str:
        """開示 of one person as PDF at `file`; the paper's 控番号."""
        from cli.erasing import write_disclosure

        return write_disclosure(self._session, file, number)
