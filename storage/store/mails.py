"""The steps of each notice that goes by mail."""

from __future__ import annotations

from core.office.mails import DOUBTFUL, MailState, MailStep
from storage.store.rows import Connection, moment_of, moment_text


class MailTable:
    """Implements `core.office.mails.MailRows`: a step is written once and kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, step: MailStep) -> None:
        self._connection.execute(
            "INSERT INTO mail_step (key, record, told, kind, state, at, actor, code, batch)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                step.key, step.record, step.told, step.kind, step.state.value, moment_text(step.at), step.actor,
                step.code, step.batch,
            ),
        )  # fmt: skip

    def of(self, record: str) -> list[MailStep]:
        return self._steps("WHERE record = ? ORDER BY id", record)

    def last(self, key: str) -> MailStep | None:
        return next(iter(self._steps("WHERE id = (SELECT max(id) FROM mail_step WHERE key = ?)", key)), None)

    def latest(self) -> dict[str, MailStep]:
        steps = self._steps("WHERE id IN (SELECT max(id) FROM mail_step GROUP BY key) ORDER BY id")
        return {step.key: step for step in steps}

    def _steps(self, which: str, *values: str) -> list[MailStep]:
        rows = self._connection.execute(
            f"SELECT key, record, told, kind, state, at, actor, code, batch FROM mail_step {which}",  # noqa: S608 - fixed words
            values,
        )
        return [
            MailStep(key, record, told, kind, MailState(state), moment_of(at), actor, code, batch)
            for key, record, told, kind, state, at, actor, code, batch in rows
        ]

    def unclear(self) -> set[tuple[str, str]]:
        return {(step.record, step.told) for step in self.latest().values() if step.state in DOUBTFUL}

    def kinds_of(self, batch: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT kind FROM mail_step WHERE batch = ? AND state = 'sent' ORDER BY id", (batch,)
        )
        return [kind for (kind,) in rows]
