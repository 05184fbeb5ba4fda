"""A pretend Box with two couriers and one folder, and the product's own remotes on it: nothing waits, nothing sleeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.remotes.box.dates import Dates
from storage.remotes.box.network import TimeLimits
from storage.remotes.box.pacing import REQUESTS, UPLOADS, Pace
from storage.remotes.box.patience import Patience
from storage.remotes.box.remote import BoxRemote
from storage.remotes.box.settings import BoxSettings
from tests.box.clients import CLIENT_ID, CLIENT_SECRET, ENTERPRISE
from tests.box.contract import Contract, contract_path
from tests.box.server import StandIn
from tests.box.state import BoxState
from tests.box.things import User

START = 1_790_000_000.0


class PretendBox:
    """A context manager. `waited` holds the seconds that would have been waited. `admin`: the contractor's account may
    read the enterprise's log.

    Where Box's contract is at hand, all that passes is held against it, and leaving raises what went against it, unless
    `checked` is False: for the long run, where that would be most of the work.
    """

    def __init__(
        self,
        *,
        admin: bool = False,
        checked: bool = True,
        clock: Callable[[], float] = lambda: START,
        token_life: int = 3600,
        **server: Any,
    ) -> None:
        self.state = BoxState(clock=clock, token_life=token_life)
        self.contractor = self.state.add_user(
            "contractor-courier@example.jp", role="admin" if admin else "user"
        )
        self.ward = self.state.add_user("ward-courier@example.jp")
        self.application = self.state.add_application(
            CLIENT_ID, CLIENT_SECRET, users=(self.contractor, self.ward), enterprise=ENTERPRISE, admin=True
        )
        self.folder = self.state.add_folder("exchange", self.contractor)
        self.state.collaborate(self.folder, self.ward, "editor")
        path = contract_path(Path(__file__).parents[2])
        self.contract = Contract(path) if checked and path.exists() else None
        self.server = StandIn(self.state, contract=self.contract, **server)
        self.waited: list[float] = []

    def __enter__(self) -> PretendBox:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)  # type: ignore[arg-type]
        self.state.close()
        if self.contract is not None and error[0] is None:
            assert self.contract.violations == []

    def settings(self, user: User, **more: Any) -> BoxSettings:
        """What `user`'s site would have written down."""
        usual: dict[str, Any] = {
            "collaborators": (self.contractor.login, self.ward.login),
            "api_url": self.server.api_url,
            "upload_url": self.server.upload_url,
        }
        return BoxSettings(self.folder.id, CLIENT_ID, CLIENT_SECRET, user=user.id, **(usual | more))

    def remote(
        self,
        user: User,
        notes: Path,
        *,
        read: float = 20.0,
        clock: Callable[[], dt.datetime] | None = None,
        ageing: Callable[[], float] = lambda: 0.0,
        **more: Any,
    ) -> BoxRemote:
        """The product's remote as `user`, in no hurry and with no waiting. `read`: seconds until it gives up on an answer;
        `clock`: the time of day; `ageing`: by which what it knows grows old."""
        return BoxRemote(
            self.settings(user, **more), notes / "uploads",
            patience=Patience(sleep=self.waited.append), limits=TimeLimits(read=read), uploads=Pace(UPLOADS, sleep=self.waited.append),
            requests=Pace(REQUESTS, sleep=self.waited.append), dates=Dates(clock) if clock else None, clock=ageing,
        )  # fmt: skip
