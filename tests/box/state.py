"""What the pretend Box holds, in memory and behind one lock; contents lie on disk. It knows nothing of HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Literal, TypeVar

from tests.box import shapes
from tests.box.blobs import Blob, Blobs
from tests.box.errors import bad_request, denied, modified, name_in_use, not_found, trashed
from tests.box.events import EventLog
from tests.box.sessions import Sessions
from tests.box.things import (
    ALL,
    RIGHTS,
    ROOT,
    Caller,
    Collaboration,
    File,
    Folder,
    Item,
    User,
    Version,
    checked_name,
    folded,
)
from tests.box.tokens import Application, Tokens

Kind = TypeVar("Kind", bound=Item)
MB = 1 << 20


class BoxState:
    """One Box with all its users. Tests arrange things with the methods up to `content`; the endpoints use the rest.

    `clock` gives seconds since 1970, and everything that expires goes by it.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        token_life: int = 3600,
        part_size: int = 8 * MB,
        smallest_session: int = 20_000_000,
        session_life: int = 7 * 24 * 3600,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.blobs = Blobs()
        self.users: dict[str, User] = {}
        self.items: dict[str, Item] = {}
        self.collaborations: dict[str, Collaboration] = {}
        self.tokens = Tokens(clock, token_life)
        self.events = EventLog(self)
        self.sessions = Sessions(self, part_size, smallest_session, session_life)
        self._roots: dict[str, Folder] = {}
        self._numbers = count(10_001)

    def close(self) -> None:
        """Take the contents off the disk."""
        self.blobs.close()

    # ---- arranging

    def add_user(
        self,
        login: str,
        *,
        name: str = "",
        role: Literal["admin", "coadmin", "user"] = "user",
        enterprise: str = "900",
    ) -> User:
        """Somebody new, with an empty "All Files"."""
        with self.lock:
            user = User(self.new_id(), login, name or login.partition("@")[0], role, enterprise)
            self.users[user.id] = user
            self._roots[user.id] = self._new_folder("All Files", "", user, user, ROOT)
            return user

    def add_application(
        self,
        client_id: str,
        client_secret: str,
        *,
        users: tuple[User, ...] = (),
        enterprise: str = "900",
        admin: bool = False,
    ) -> Application:
        """An app that may act for `users`, and as its own service account; `admin`: that one may read admin_logs."""
        with self.lock:
            account = self.add_user(
                f"AutomationUser_{next(self._numbers)}@boxdevedition.com",
                role="admin" if admin else "user",
                enterprise=enterprise,
            )
            application = Application(
                client_id, client_secret, enterprise, account, {user.id: user for user in users}
            )
            self.tokens.applications[client_id] = application
            return application

    def add_folder(self, name: str, owner: User, parent: str = ROOT) -> Folder:
        """A folder made by its owner."""
        return self.create_folder(Caller(owner), parent, name)

    def put(self, folder: str, name: str, content: bytes, by: User) -> File:
        """A file uploaded by `by`, or a new version of the one that is there."""
        with self.lock:
            blob = self.blobs.write([content])
            there = self.in_the_way(folder, name, by)
            if isinstance(there, File):
                return self.new_version(Caller(by), there.id, blob)
            return self.create_file(Caller(by), folder, name, blob)

    def collaborate(
        self,
        item: Item,
        user: User,
        role: str,
        *,
        by: User | None = None,
        status: Literal["accepted", "pending", "rejected"] = "accepted",
        expires_at: float | None = None,
        invite_email: str | None = None,
    ) -> Collaboration:
        """Give `user` access (or another role, if there is access already)."""
        assert role in RIGHTS, role
        with self.lock:
            inviter = by or item.owner
            what = "role" if self._drop(item, user) else "invite"
            one = Collaboration(
                self.new_id(), item.id, user, role, inviter, self.clock(), status, expires_at,
                invite_email=invite_email,
            )  # fmt: skip
            self.collaborations[one.id] = one
            self.events.add(what, Caller(inviter), item, whom=user, collab_id=one.id, role=role)
            return one

    def withdraw(self, item: Item, user: User, *, by: User | None = None) -> None:
        """Take access away, if there is any."""
        with self.lock:
            if self._drop(item, user):
                self.events.add("remove", Caller(by or item.owner), item, whom=user)

    def _drop(self, item: Item, user: User) -> bool:
        before, whom = self.collaborations, (item.id, user)
        self.collaborations = {id: one for id, one in before.items() if (one.item, one.user) != whom}
        return len(self.collaborations) < len(before)

    def find(self, folder: str, name: str, user: User | None = None) -> Item | None:
        """What has that name in a folder. `user` is needed for the root alone."""
        with self.lock:
            return self.in_the_way(folder, name, user)

    def content(self, file_id: str) -> bytes:
        """The bytes of a file's current version."""
        with self.lock:
            return self._existing(file_id, File).current.blob.read()

    # ---- looking

    def new_id(self) -> str:
        return str(next(self._numbers))

    def root_of(self, user: User) -> Folder:
        return self._roots[user.id]

    def ancestors(self, item: Item) -> Iterator[Folder]:
        """The folders an item lies in, from the nearest up; the roots are not among them."""
        while item.parent in self.items:
            item = self.items[item.parent]
            assert isinstance(item, Folder)
            yield item

    def trashed(self, item: Item) -> bool:
        """Whether it, or a folder it lies in, is in the trash."""
        return any(one.trashed_at is not None for one in (item, *self.ancestors(item)))

    def rights(self, item: Item, user: User) -> frozenset[str]:
        """What somebody may do; nothing means it does not exist for them."""
        if item.owner.id == user.id:
            return ALL
        places = {item.id, *(folder.id for folder in self.ancestors(item))}
        now = self.clock()
        rights: frozenset[str] = frozenset()
        for one in self.collaborations.values():
            lasts = one.expires_at is None or now < one.expires_at
            if one.item in places and one.user.id == user.id and one.status == "accepted" and lasts:
                rights |= RIGHTS[one.role]
        return rights

    def children(self, folder: Folder, user: User) -> list[Item]:
        """What lies in a folder: folders first, each kind by name. In a root also what others share with its owner."""
        if folder.id == ROOT:
            shared = {one.item for one in self.collaborations.values() if one.user.id == user.id}
            found = [
                item
                for item in self.items.values()
                if (item.parent == ROOT and item.owner.id == user.id)
                or (item.id in shared and self.rights(item, user))
            ]
        else:
            found = [item for item in self.items.values() if item.parent == folder.id]
        return sorted((item for item in found if not self.trashed(item)), key=order)

    def in_trash(self, user: User) -> list[Item]:
        """What somebody may restore."""
        return sorted(
            (one for one in self.items.values() if one.trashed_at is not None and self.rights(one, user)),
            key=order,
        )

    def visible(self, user: User, item_id: str, kind: type[Kind], right: str | None = None) -> Kind:
        """An item outside the trash, if `user` knows of it and has `right`."""
        item = self._known(user, item_id, kind)
        if self.trashed(item):
            raise trashed()
        return self._permitted(item, user, right)

    def visible_in_trash(self, user: User, item_id: str, kind: type[Kind], right: str | None = None) -> Kind:
        """An item that was put into the trash itself."""
        item = self._known(user, item_id, kind)
        if item.trashed_at is None:
            raise not_found(item_id)
        return self._permitted(item, user, right)

    def in_the_way(self, folder: str, name: str, user: User | None) -> Item | None:
        """The item a new one of that name would collide with."""
        for item in self.items.values():
            if item.parent == folder and folded(item.name) == folded(name) and not self.trashed(item):
                if folder == ROOT and (user is None or item.owner.id != user.id):
                    continue
                return item
        return None

    # ---- changing

    def check_new(self, caller: Caller, parent: str, name: object) -> Folder:
        """All that can be said against a new file of that name before its content is there."""
        with self.lock:
            proper = checked_name(name)
            folder = self.visible(caller.user, parent, Folder, "upload")
            there = self.in_the_way(parent, proper, caller.user)
            if there is not None:
                raise name_in_use(shapes.conflict(there))
            return folder

    def create_file(
        self,
        caller: Caller,
        parent: str,
        name: str,
        blob: Blob,
        created: float = 0.0,
        modified_at: float = 0.0,
        what: str = "upload",
    ) -> File:
        """A new file with its first version."""
        with self.lock:
            folder = self.check_new(caller, parent, name)
            now, user = self.clock(), caller.user
            file = File(self.new_id(), name, parent, folder.owner, user, now, user, now)
            file.versions.append(Version(self.new_id(), blob, name, now, user))
            file.content_created_at, file.content_modified_at = created or now, modified_at or now
            self.items[file.id] = file
            self.events.add(what, caller, file)
            return file

    def new_version(
        self, caller: Caller, file_id: str, blob: Blob, name: str = "", if_match: str | None = None
    ) -> File:
        """Another content for a file that is there, and perhaps another name."""
        with self.lock:
            file = self.visible(caller.user, file_id, File, "edit")
            check_match(file, if_match)
            self._rename(caller, file, name or file.name, file.parent)
            now = self.clock()
            file.versions.append(Version(self.new_id(), blob, file.name, now, caller.user))
            file.content_modified_at = now
            self.touch(file, caller.user)
            self.events.add("upload", caller, file)
            return file

    def create_folder(self, caller: Caller, parent: str, name: object) -> Folder:
        """An empty folder, owned by the owner of the one it lies in."""
        with self.lock:
            proper = checked_name(name)
            above = self.visible(caller.user, parent, Folder, "upload")
            there = self.in_the_way(parent, proper, caller.user)
            if there is not None:
                raise name_in_use([shapes.conflict(there)])
            folder = self._new_folder(proper, parent, above.owner, caller.user, self.new_id())
            self.items[folder.id] = folder
            self.events.add("create", caller, folder)
            return folder

    def trash(
        self, caller: Caller, item: Item, if_match: str | None = None, *, recursive: bool = True
    ) -> None:
        """Put an item, and all in it, into the trash."""
        with self.lock:
            if item.id == ROOT:
                raise denied()
            self._permitted(item, caller.user, "delete")
            check_match(item, if_match)
            if isinstance(item, Folder) and not recursive and self.children(item, caller.user):
                raise bad_request("Cannot delete - folder not empty", "folder_not_empty")
            item.trashed_at = self.clock()
            self.touch(item, caller.user)
            self.events.add("trash", caller, item)

    def restore(self, caller: Caller, item: Item, name: str | None = None, parent: str | None = None) -> None:
        """Take an item out of the trash, to where it was or to `parent`."""
        with self.lock:
            self._permitted(item, caller.user, "delete")
            self._place(caller, item, checked_name(name or item.name), parent or item.parent)
            item.trashed_at = None
            self.touch(item, caller.user)
            self.events.add("restore", caller, item)

    def purge(self, caller: Caller, item: Item) -> None:
        """Remove an item, and all in it, for good."""
        with self.lock:
            self._permitted(item, caller.user, "delete")
            inside = [one for one in self.items.values() if self._lies_in(one, item)]
            for one in (item, *inside):
                del self.items[one.id]
                for version in one.versions if isinstance(one, File) else ():
                    version.blob.path.unlink(missing_ok=True)

    def rename(self, caller: Caller, item: Item, name: object, parent: str) -> None:
        """Another name, another folder, or both."""
        with self.lock:
            self._permitted(item, caller.user, "edit")
            self._rename(caller, item, checked_name(name), parent)

    def touch(self, item: Item, user: User) -> None:
        """Note a change: every one gives another etag."""
        item.etag += 1
        item.modified_by, item.modified_at = user, self.clock()

    # ---- within

    def _rename(self, caller: Caller, item: Item, name: str, parent: str) -> None:
        if (name, parent) == (item.name, item.parent):
            return
        what = "rename" if parent == item.parent else "move"
        self._place(caller, item, name, parent)
        self.touch(item, caller.user)
        self.events.add(what, caller, item)

    def _place(self, caller: Caller, item: Item, name: str, parent: str) -> None:
        if parent != item.parent or parent in self.items:
            target = self.visible(caller.user, parent, Folder, "upload")
            if item is target or self._lies_in(target, item):
                raise bad_request(
                    "Folder move creates cyclical folder structure", "cyclical_folder_structure"
                )
        there = self.in_the_way(parent, name, caller.user)
        if there is not None and there is not item:
            raise name_in_use(shapes.conflict(there))
        item.name, item.parent = name, parent

    def _lies_in(self, item: Item, place: Item) -> bool:
        return any(folder is place for folder in self.ancestors(item))

    def _new_folder(self, name: str, parent: str, owner: User, by: User, folder_id: str) -> Folder:
        now = self.clock()
        return Folder(folder_id, name, parent, owner, by, now, by, now)

    def _existing(self, item_id: str, kind: type[Kind]) -> Kind:
        item = self.items.get(item_id)
        if not isinstance(item, kind):
            raise not_found(item_id)
        return item

    def _known(self, user: User, item_id: str, kind: type[Kind]) -> Kind:
        root = self.root_of(user)
        if item_id == ROOT and isinstance(root, kind):
            return root
        item = self._existing(item_id, kind)
        if not self.rights(item, user):
            raise not_found(item_id)
        return item

    def _permitted(self, item: Kind, user: User, right: str | None) -> Kind:
        if right is not None and right not in self.rights(item, user):
            raise denied()
        return item


def order(item: Item) -> tuple[bool, str, str]:
    """Folders first, each kind by name."""
    return isinstance(item, File), folded(item.name), item.id


def check_match(item: Item, if_match: str | None) -> None:
    """An If-Match header names the etag the caller last saw."""
    if if_match is not None and if_match.strip('"') not in (str(item.etag), "*"):
        raise modified()
