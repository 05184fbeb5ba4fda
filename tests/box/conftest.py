"""A stand-in with two couriers and one folder between them, held against Box's contract where that is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.box.clients import CLIENT_ID, CLIENT_SECRET, ENTERPRISE, sdk, session
from tests.box.contract import Contract, contract_path
from tests.box.server import StandIn
from tests.box.state import BoxState
from tests.box.things import Folder, User
from tests.box.tokens import Application


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """The stand-in and who uses it. The folder is the contractor's; the ward's courier may edit in it."""

    clock: Clock
    state: BoxState
    box: StandIn
    application: Application
    contractor: User
    ward: User
    stranger: User
    folder: Folder
    plain: requests.Session = field(default_factory=session)

    def sdk(self, user: User | None, *, attempts: int = 1) -> Any:
        """The SDK as `user`; None: the service account, which may read the enterprise's events."""
        return sdk(self.box, user, attempts=attempts)

    def ask(self, method: str, path: str, user: User, **more: object) -> requests.Response:
        """One request without the SDK. `path` begins at the host; redirects are not followed."""
        headers = {"Authorization": f"Bearer {self.state.tokens.issue(user)}", **more.pop("headers", {})}  # type: ignore[dict-item]
        url = path if "://" in path else self.box.api_url + path
        return self.plain.request(
            method, url, headers=headers, allow_redirects=False, timeout=20, **more  # type: ignore[arg-type]
        )  # fmt: skip

    def upload(self, user: User, name: str, content: bytes, **more: object) -> requests.Response:
        """A file into the folder, as the contract has it."""
        attributes = f'{{"name": "{name}", "parent": {{"id": "{self.folder.id}"}}}}'
        files = {"attributes": (None, attributes), "file": (name, content)}
        return self.ask("POST", "/api/2.0/files/content", user, files=files, **more)


@pytest.fixture(scope="session")
def contract_file(repository: Path, reference: Callable[[str], Path]) -> Path:
    """Box's published contract; the test is skipped without it."""
    return reference(str(contract_path(repository)))


@pytest.fixture
def contract(repository: Path) -> Contract | None:
    """What the stand-in is held against, if it is at hand."""
    path = contract_path(repository)
    return Contract(path) if path.exists() else None


@pytest.fixture
def world(contract: Contract | None) -> Iterator[World]:
    """The stand-in; at the end nothing may have gone against the contract, and no fault may be left over."""
    clock = Clock()
    state = BoxState(clock=clock)
    contractor = state.add_user("contractor-courier@example.jp")
    ward = state.add_user("ward-courier@example.jp")
    stranger = state.add_user("stranger@example.com", enterprise="901")
    application = state.add_application(
        CLIENT_ID, CLIENT_SECRET, users=(contractor, ward, stranger), enterprise=ENTERPRISE, admin=True
    )
    folder = state.add_folder("exchange", contractor)
    state.collaborate(folder, ward, "editor")
    with StandIn(state, contract=contract) as box:
        yield World(clock, state, box, application, contractor, ward, stranger, folder)
        assert box.faults.waiting == []
    state.close()
    assert contract is None or contract.violations == []
