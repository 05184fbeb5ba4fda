"""Who can get at a Box folder, asked of Box itself.

Box's contract: GET /folders/{id}/collaborations lists "all the users that have access to the folder or have been invited",
pending ones among them, and so also those who came by a folder above; the owner is in `owned_by` alone. `shared_link` is
the folder's own link, `is_accessible_via_shared_link` tells also of one on a folder above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from box_sdk_gen import Authentication, FetchOptions, NetworkSession

from core.errors import RemoteUnreachable
from storage.remotes.box.patience import Answer, Broken
from storage.remotes.box.settings import BoxSettings
from storage.remotes.crew import Crew

T = TypeVar("T")

Ask = Callable[[Callable[[], T]], T]
"""`Patience.ask`, with the token's renewal."""

_PAGE = 1000
_MOST_PAGES = 100
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-")


class Questions:
    """GET requests to Box's API, answered by plain JSON. (The SDK's own types stumble over what they do not know.)"""

    def __init__(
        self, settings: BoxSettings, network: NetworkSession, access: Authentication, ask: Ask[Any]
    ) -> None:
        self._settings, self._network, self._access, self._ask = settings, network, access, ask

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """The object at `path` (below /2.0). Raises `Answer`, and what `Patience.ask` raises."""
        found: dict[str, Any] = self._ask(lambda: self._once(path, query))
        return found

    def pages(self, path: str, *, needs: Sequence[str] = (), **query: str) -> Iterator[dict[str, Any]]:
        """All entries of a list that goes by markers. A page whose entries lack what they `need` is asked for again."""

        def page() -> tuple[list[dict[str, Any]], str]:
            told = self._once(path, {"limit": str(_PAGE), **query, **marker})
            entries: list[dict[str, Any]] = told["entries"]
            if not all(key in entry for entry in entries for key in needs):
                raise Broken("応答を読めません")
            return entries, str(told.get("next_marker") or "")

        marker: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            entries, further = self._ask(page)
            yield from entries
            if not further:
                return
            marker = {"marker": further}
        raise RemoteUnreachable("Boxの一覧が終わりません", where=path)

    def _once(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        answer = self._network.network_client.fetch(
            FetchOptions(
                url=f"{self._settings.api_url}/2.0{path}",
                method="GET",
                params=dict(query),
                auth=self._access,
                network_session=self._network,
                follow_redirects=False,
            )
        )
        if answer.status == 202:
            raise Answer(202)
        if not isinstance(answer.data, dict):
            raise Broken("応答を読めません")
        return answer.data


@dataclass(frozen=True)
class Grant:
    """Somebody's access, or an invitation to it. `who` is a login, cleaned; of a group, or one unnamed, words for it."""

    who: str
    login: str
    """Folded, "" for a group and for one who is not named."""
    role: str
    pending: bool


@dataclass(frozen=True)
class Sharing:
    """Who can get at the folder, as far as Box lets us see it. Logins are folded."""

    me: str
    owner: str
    grants: tuple[Grant, ...]
    linked: bool
    """The folder, or one above it, has a shared link."""
    linked_files: tuple[str, ...]
    """Names in the folder that have one of their own."""
    may_upload: bool
    unreadable: Answer | None = None
    """The first 403: what it kept from us is missing above, and "nobody" then means nothing."""

    def strangers(self, allowed: tuple[str, ...]) -> list[str]:
        """Who has access, or is invited, and is neither on the list nor we ourselves; the owner among them."""
        known = {folded(login) for login in allowed} | {self.me}
        known.discard("")  # where Box does not tell who we are: a group, or one unnamed, has no login either
        found = [grant.who for grant in self.grants if grant.login not in known]
        if self.owner and self.owner not in known:
            found.insert(0, f"所有者 {cleaned(self.owner)}")
        return list(dict.fromkeys(found))


def sharing_of(questions: Questions, folder: str) -> Sharing:
    """Ask Box, all questions at once. Raises `Answer` for a no other than 403, and `RemoteUnreachable`."""
    where = f"/folders/{folder}"
    asked: list[Callable[[], Any]] = [
        lambda: questions.get("/users/me", fields="login"),
        lambda: questions.get(where, fields="owned_by,shared_link,is_accessible_via_shared_link,permissions"),
        lambda: [*questions.pages(f"{where}/collaborations")],
        lambda: [*questions.pages(f"{where}/items", fields="name,shared_link", usemarker="true")],
    ]
    crew = Crew(len(asked), "questions")
    try:
        answers = [crew.submit(call) for call in asked]
        unreadable: list[Answer] = []
        try:
            me, about, grants, items = (_allowed(one, unreadable) for one in answers)
            return Sharing(
                me=folded(me["login"]) if me is not None else "",
                owner=folded(about["owned_by"]["login"]) if about is not None else "",
                grants=tuple(grants_of(grants or [])),
                linked=bool(
                    about and (about.get("shared_link") or about.get("is_accessible_via_shared_link"))
                ),
                linked_files=tuple(
                    cleaned(str(one["name"])) for one in items or [] if one.get("shared_link")
                ),
                may_upload=about is None or about["permissions"]["can_upload"] is not False,
                unreadable=unreadable[0] if unreadable else None,
            )
        except (Broken, KeyError, TypeError, ValueError, AttributeError):
            raise RemoteUnreachable(
                "Boxの答えを読めません", where=where, next_step="しばらくして、もう一度実行してください"
            ) from None
    finally:
        crew.end(wait=False)


def _allowed(answer: Future[Any], unreadable: list[Answer]) -> Any:
    """What was answered, or None where Box does not let us look."""
    try:
        return answer.result()
    except Answer as no:
        if no.status != 403:
            raise
        unreadable.append(no)
        return None


def grants_of(collaborations: list[Any]) -> Iterator[Grant]:
    """What Box lists, without the invitations that were declined."""
    for one in collaborations:
        if one.get("status") == "rejected":
            continue
        who = one.get("accessible_by") or {}
        login = str(who.get("login") or one.get("invite_email") or "")
        if who.get("type") == "group":
            shown, login = "グループ（中の人を確かめられません）", ""
        else:
            shown = cleaned(login) or "名前の示されない招待"
        yield Grant(shown, folded(login), str(one.get("role") or ""), one.get("status") == "pending")


def folded(login: object) -> str:
    """A login as it is compared: Box takes e-mail addresses in any case."""
    return str(login).strip().casefold()


def cleaned(text: str) -> str:
    """What of a login or name can be shown in an error: short, and no control characters."""
    return "".join(letter if letter in _LETTERS else "?" for letter in text)[:60]
