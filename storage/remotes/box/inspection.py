"""The Box folder: whose it is, who gets at it, how it is set, and what we may do there. Only questions, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.checks import Check, failed, passed, unknown
from core.errors import IkiikiError, Refused, RemoteUnreachable
from storage.remotes.box.access import Access
from storage.remotes.box.network import AT_ONCE, TimeLimits, plain_session, sdk_session
from storage.remotes.box.pacing import REQUESTS, Pace, paced
from storage.remotes.box.patience import Answer, Broken, Patience
from storage.remotes.box.settings import ACCEPT, BoxSettings
from storage.remotes.box.sharing import Questions, cleaned, folded, grants_of
from storage.remotes.crew import Crew

MOST_FILES = 1000
"""Files asked one by one who has access to them alone: within the requests Box takes in two minutes."""
_ABOUT = (
    "owned_by,shared_link,is_accessible_via_shared_link,permissions,can_non_owners_invite,"
    "is_collaboration_restricted_to_enterprise,folder_upload_email,classification"
)
_JAPAN = ("japan", "tokyo", "osaka", "日本", "東京", "大阪")
_OWNER_STEP = "フォルダの所有者に依頼してください"
_ERRORS = (KeyError, TypeError, ValueError, AttributeError, Broken)


def box_checks(
    settings: BoxSettings, *, patience: Patience | None = None, limits: TimeLimits | None = None
) -> list[Check]:
    """Everything about the folder that Box's API tells, in the order it is shown."""
    chosen = limits or TimeLimits()
    access = Access(settings)
    try:
        network = sdk_session(settings, plain_session(settings), chosen)
    except Refused as error:
        return [failed("box.login", "Boxへのログイン", error.what, error.next_step)]
    asker = patience or Patience(attempts=2)
    pace = Pace(REQUESTS)
    questions = Questions(
        settings, network, access, lambda call: asker.ask(paced(call, pace), renew=access.refused)
    )
    return _Folder(settings, questions).checks()


class _Folder:
    def __init__(self, settings: BoxSettings, questions: Questions) -> None:
        self._settings, self._questions = settings, questions
        self._where = f"/folders/{settings.folder}"
        self._known = {folded(one) for one in settings.collaborators}
        self._mine: dict[str, Any] = {}

    def checks(self) -> list[Check]:
        login = self._looked("box.login", "Boxへのログイン", self._login)
        if not self._mine:
            return [login]
        self._known.add(folded(self._mine["login"]))
        about: dict[str, Any] = {}
        folder = self._looked("box.folder", "Boxのフォルダ", lambda: self._about(about))
        checks = [login, folder]
        looks: list[tuple[str, str, Callable[[], Check]]] = [
            ("box.owner", "フォルダの所有者", lambda: self._owner(about)),
            ("box.collaborators", "共同作業者", self._collaborators),
            ("box.links", "共有リンク", lambda: self._links(about)),
            ("box.files", "ファイルごとの共同作業者", self._files),
            *((door.name, door.title, partial(door.look, about)) for door in _DOORS),
            ("box.email", "メールでのアップロード", lambda: _email(about)),
            ("box.classification", "分類", lambda: self._classification(about)),
            ("box.rights", "この拠点の権限", lambda: _rights(about)),
            ("box.scope", "アプリの権限", self._scope),
            ("box.region", "保存の地域", lambda: self._region(about)),
        ]
        if not about:
            return checks
        return [*checks, *(self._looked(name, title, look) for name, title, look in looks)]

    def _looked(self, name: str, title: str, look: Callable[[], Check]) -> Check:
        """What a look finds; where Box refuses or does not answer, that it cannot be said."""
        try:
            return look()
        except Answer as answer:
            if answer.status == 404:
                return failed(
                    name,
                    title,
                    f"Boxに見つかりません（{answer}）",
                    "設定の番号と、この拠点の招待を確かめてください",
                )
            return unknown(name, title, f"Boxが見せません（{answer}）", _OWNER_STEP)
        except Refused as error:
            return failed(name, title, error.what, error.next_step)
        except RemoteUnreachable as error:
            return unknown(name, title, f"{error.what}（{error.where}）", error.next_step)
        except IkiikiError as error:
            return failed(name, title, error.what, error.next_step)
        except _ERRORS:
            return unknown(name, title, "Boxの答えを読めません", "しばらくして、もう一度実行してください")

    def _login(self) -> Check:
        self._mine = self._questions.get("/users/me", fields="login,status")
        if self._mine["status"] != "active":
            return failed(
                "box.login",
                "Boxへのログイン",
                "アカウントが有効ではありません",
                "Boxの管理者に依頼してください",
            )
        return passed("box.login", "Boxへのログイン", cleaned(str(self._mine["login"])))

    def _about(self, about: dict[str, Any]) -> Check:
        about.update(self._questions.get(self._where, fields=_ABOUT))
        return passed("box.folder", "Boxのフォルダ", f"番号 {self._settings.folder}")

    def _owner(self, about: dict[str, Any]) -> Check:
        login = str(about["owned_by"]["login"])
        if folded(login) in self._known:
            return passed("box.owner", "フォルダの所有者", cleaned(login))
        return failed(
            "box.owner", "フォルダの所有者", f"許可の一覧にありません: {cleaned(login)}",
            "正しい所有者なら、設定の collaborators に加えてください",
        )  # fmt: skip

    def _collaborators(self) -> Check:
        name, title = "box.collaborators", "共同作業者"
        if not self._settings.collaborators:
            return failed(
                name,
                title,
                "許可の一覧がありません",
                "設定の collaborators に両拠点のログインを書いてください",
            )
        try:
            grants = list(grants_of([*self._questions.pages(f"{self._where}/collaborations")]))
        except Answer as answer:
            accepted = self._settings.collaborators_unverifiable == ACCEPT
            then = "確かめずに送る設定です" if accepted else "送信は止まります"
            return unknown(name, title, f"Boxが見せません（{answer}）。{then}", _OWNER_STEP)
        strangers = [one.who for one in grants if one.login not in self._known]
        if strangers:
            step = "共同作業者から外してください。それまで送信は止まります"
            return failed(name, title, f"許可していない人: {_few(strangers)}", step)
        return passed(name, title, "、".join(f"{one.who} {one.role}" for one in grants) or "所有者だけ")

    def _links(self, about: dict[str, Any]) -> Check:
        name, title, step = "box.links", "共有リンク", "共有リンクを消してください。それまで送信は止まります"
        if about.get("shared_link"):
            return failed(name, title, "フォルダにあります", step)
        if about.get("is_accessible_via_shared_link"):
            return failed(name, title, "上のフォルダにあります", step)
        linked = [cleaned(str(one["name"])) for one in self._items() if one.get("shared_link")]
        if linked:
            return failed(name, title, _few(linked), step)
        if about.get("is_accessible_via_shared_link") is None:
            return unknown(
                name, title, "この中にはありません。上のフォルダのことをBoxが答えません", _OWNER_STEP
            )
        return passed(name, title, "フォルダにもファイルにもありません")

    def _files(self) -> Check:
        """Access to one file alone is in no list of the folder's."""
        name, title = "box.files", "ファイルごとの共同作業者"
        marked = [
            one
            for one in self._items()
            if one.get("has_collaborations") and one["type"] in {"file", "folder"}
        ]
        crew = Crew(AT_ONCE, "files")
        asked = [crew.submit(partial(self._strangers_on, one)) for one in marked[:MOST_FILES]]
        try:
            found = [who for answer in asked for who in answer.result()]
        finally:
            for answer in asked:
                answer.cancel()
            crew.end(wait=False)
        beyond = (
            f"（{len(marked)}個のうち{MOST_FILES}個まで確かめました）" if len(marked) > len(asked) else ""
        )
        if found:
            return failed(name, title, _few(found) + beyond, "そのファイルの共同作業者から外してください")
        if beyond:
            return unknown(
                name, title, f"見た中に許可していない人はいません{beyond}",
                "残りはBoxの画面で確かめるか、終わった年度のファイルを片付けてからもう一度実行してください",
            )  # fmt: skip
        return passed(name, title, "許可していない人はいません")

    def _strangers_on(self, one: dict[str, Any]) -> list[str]:
        """Who can get at this file or folder, and is not on the list. What has gone meanwhile nobody gets at."""
        where = f"/{one['type']}s/{one['id']}/collaborations"
        try:
            grants = grants_of([*self._questions.pages(where)])
        except Answer as answer:
            if answer.status != 404:
                raise
            return []
        return [
            f"{cleaned(str(one['name']))}: {grant.who}" for grant in grants if grant.login not in self._known
        ]

    def _items(self) -> list[Any]:
        return [
            *self._questions.pages(
                f"{self._where}/items", fields="name,shared_link,has_collaborations", usemarker="true"
            )
        ]

    def _classification(self, about: dict[str, Any]) -> Check:
        name, title, wanted = "box.classification", "分類", self._settings.classification
        said = cleaned_words((about.get("classification") or {}).get("name") or "")
        if not wanted:
            return unknown(
                name,
                title,
                said or "付いていません",
                '求める分類があれば、設定に classification = "名前" を書いてください',
            )
        if said != cleaned_words(wanted):
            return failed(
                name, title, said or "付いていません", f"「{cleaned_words(wanted)}」を付けてもらってください"
            )
        return passed(name, title, said)

    def _scope(self) -> Check:
        """An application that may list the enterprise's users has more than the two read and write rights it needs."""
        name, title = "box.scope", "アプリの権限"
        try:
            self._questions.get("/users", fields="id", limit="1")
        except Answer as answer:
            if answer.status != 403:
                raise
            return passed(name, title, "組織の利用者を見る権限はありません")
        return failed(
            name, title, "組織の利用者の一覧を見られます",
            "開発者コンソールで「ユーザーを管理する」を外し、アプリを承認し直してもらってください",
        )  # fmt: skip

    def _region(self, about: dict[str, Any]) -> Check:
        name, title = "box.region", "保存の地域"
        step = "Boxの契約と管理コンソール（Box Zones）で確かめ、管理簿に記録してください"
        try:
            assigned = self._questions.get(
                "/storage_policy_assignments",
                resolved_for_type="user",
                resolved_for_id=str(about["owned_by"]["id"]),
            )
            policy = assigned["entries"][0]["storage_policy"]["id"]
            zone = str(self._questions.get(f"/storage_policies/{int(policy)}")["name"])
        except Answer as answer:
            return unknown(name, title, f"Boxが見せません（{answer}）", step)
        except (KeyError, IndexError):
            return unknown(name, title, "Boxが地域を答えません", step)
        shown = cleaned_words(zone)
        elsewhere = [
            part
            for part in zone.replace("&", "/").split("/")
            if not any(word in part.casefold() for word in _JAPAN)
        ]
        if elsewhere:
            return failed(name, title, f"日本でない所が含まれます: {shown}", step)
        return passed(name, title, shown)


@dataclass(frozen=True)
class _Closed:
    """A setting of the folder that shuts a door. Box must say so itself: silence is no lock."""

    name: str
    title: str
    key: str
    shut: bool
    """The value with which it is shut."""
    good: str
    bad: str
    step: str

    def look(self, about: dict[str, Any]) -> Check:
        if about.get(self.key) is self.shut:
            return passed(self.name, self.title, self.good)
        return failed(self.name, self.title, self.bad, self.step)


_DOORS = (
    _Closed(
        "box.invitations", "招待の制限", "can_non_owners_invite", False,
        "招待できるのは所有者と共同所有者だけです", "所有者でない人も、ほかの人を招待できます",
        "フォルダの設定で「招待できるのは所有者と共同所有者のみ」にしてもらってください",
    ),
    _Closed(
        "box.enterprise", "社外への招待の制限", "is_collaboration_restricted_to_enterprise", True,
        "新しい招待は、所有者の組織の中だけです", "新しい招待を、組織の外へも出せます",
        "両拠点を招待し終えたら、社内に限る設定にしてもらってください（いまの相手は残ります）",
    ),
)  # fmt: skip


def _email(about: dict[str, Any]) -> Check:
    name, title = "box.email", "メールでのアップロード"
    address = about.get("folder_upload_email")
    if not address:
        return passed(name, title, "受け付けません")
    who = "だれからでも" if address.get("access") == "open" else "共同作業者から"
    return failed(name, title, f"{who}受け付けます", "フォルダの設定で止めてもらってください")


def _rights(about: dict[str, Any]) -> Check:
    """Needed: list, download, upload, and delete our own old heartbeats, which in Box is the role editor; not to invite."""
    name, title = "box.rights", "この拠点の権限"
    rights = about["permissions"]
    if not rights["can_download"]:
        return failed(
            name, title, "受け取り（ダウンロード）ができません", "editor で招待し直してもらってください"
        )
    if rights["can_invite_collaborator"]:
        return failed(
            name, title, "ほかの人を招待できます（要る権限より広い）",
            "所有者は別のアカウントにし、通信係は editor にして、招待は所有者だけに限ってください",
        )  # fmt: skip
    if not rights["can_upload"]:
        return passed(name, title, "受け取りだけができます（送るものは媒体で運びます）")
    return passed(name, title, "受け取りと送信ができ、人は招待できません")


def cleaned_words(text: object) -> str:
    """A name given by people at Box, as it can be shown."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))[:60]


def _few(names: list[str]) -> str:
    rest = f" ほか{len(names) - 3}件" if len(names) > 3 else ""
    return "、".join(names[:3]) + rest
