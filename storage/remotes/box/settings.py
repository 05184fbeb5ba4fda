"""What a site must know to use its Box folder: written by people as TOML, kept sealed under the courier's credential."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from core.canonical import canonical_json
from core.errors import IntegrityFailure, UsageError
from core.toml_text import NotToml, read_toml

API = "https://api.box.com"
UPLOAD = "https://upload.box.com/api"
HOSTS = ("api.box.com", "upload.box.com", "dl.boxcloud.com")
"""All that a site's firewall must let through (and the hosts under upload.app.box.com that Box may name for parts)."""
REFUSE, ACCEPT = "refuse", "accept"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class BoxSettings:
    """`user` or `enterprise` is whom the application acts for; `jwt_*` are empty where it signs in by its secret alone."""

    folder: str
    client_id: str
    client_secret: str = field(repr=False)
    user: str = ""
    enterprise: str = ""
    jwt_key_id: str = ""
    jwt_private_key: str = field(default="", repr=False)
    jwt_passphrase: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    """`http://[name:password@]host:port`; "" for none."""
    ca_bundle: str = ""
    """A PEM file of the authorities to trust in place of the usual ones; "" for the usual."""
    collaborators: tuple[str, ...] = ()
    """Logins that may have access to the folder, its owner's among them; anybody else stops the upload."""
    collaborators_unverifiable: str = REFUSE
    """What to do where Box does not let us see who has access: "refuse" to upload, or "accept"."""
    classification: str = ""
    """The name of Box's classification the folder must bear; "" for none in particular (`ikiiki doctor`)."""
    download_hosts: tuple[str, ...] = ("dl.boxcloud.com",)
    """Where Box may send us for a file's bytes; hosts below them too."""
    api_url: str = API
    upload_url: str = UPLOAD

    def __post_init__(self) -> None:
        if not self.folder.isascii() or not self.folder.isdigit():
            raise UsageError("Boxのフォルダ番号が数字ではありません", where="folder")
        if not self.client_id or not self.client_secret:
            raise UsageError(
                "Boxのアプリの client_id と client_secret が要ります", where="client_id、client_secret"
            )
        if bool(self.user) is bool(self.enterprise):
            raise UsageError(
                "user と enterprise は、どちらか一方だけを書いてください", where="user、enterprise"
            )
        if bool(self.jwt_key_id) is not bool(self.jwt_private_key):
            raise UsageError(
                "JWT の鍵の番号と秘密鍵は、両方とも要ります", where="jwt_key_id、jwt_private_key"
            )
        for name in ("api_url", "upload_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise UsageError("Boxへは https でだけつなぎます", where=name)
        if self.collaborators_unverifiable not in {REFUSE, ACCEPT}:
            raise UsageError(
                f"collaborators_unverifiable は {REFUSE} か {ACCEPT} です", where="collaborators_unverifiable"
            )
        if self.proxy and urlsplit(self.proxy).scheme not in {"http", "https"}:
            raise UsageError("proxy は http://ホスト:ポート の形で書いてください", where="proxy")

    def to_bytes(self) -> bytes:
        """Canonical JSON, secrets included: only ever to be sealed."""
        return canonical_json(asdict(self) | {name: list(getattr(self, name)) for name in _LISTS})

    @classmethod
    def from_bytes(cls, data: bytes) -> BoxSettings:
        """Raises `IntegrityFailure`."""
        try:
            return _made(json.loads(data))
        except (ValueError, TypeError, UsageError) as error:
            raise IntegrityFailure("Boxの設定が読めません", where="courier/box.sealed") from error

    @classmethod
    def from_toml(cls, text: str, jwt_config: Mapping[str, Any] | None = None) -> BoxSettings:
        """What people wrote. `jwt_config` is the JSON file Box's developer console gives out, already read.

        Raises `UsageError` naming what is wrong, never what was written: it may be a secret.
        """
        try:
            written = dict(read_toml(text))
        except NotToml:
            raise UsageError("Boxの設定のファイルが TOML として読めません", where="Boxの設定") from None
        written.pop("jwt_config", None)
        if not written.get("collaborators"):
            raise UsageError(
                "Boxのフォルダに入ってよい人（collaborators）が書かれていません",
                where="collaborators",
                next_step="両拠点の通信係とフォルダの所有者のログインを書いてください",
            )
        try:
            return _made((_from_console(jwt_config) if jwt_config is not None else {}) | written)
        except (KeyError, TypeError):
            raise UsageError(
                "Boxの設定に、要る項目がないか、値の型が違います",
                where="Boxの設定",
                next_step="folder、client_id、client_secret、user（または enterprise）を確かめてください",
            ) from None


_LISTS = ("collaborators", "download_hosts")
_NAMES = {one.name for one in fields(BoxSettings)}


def _made(written: Mapping[str, Any]) -> BoxSettings:
    unknown = sorted(set(written) - _NAMES)
    if unknown:
        raise UsageError("Boxの設定に、知らない項目があります", where="、".join(unknown)[:200])
    values: dict[str, Any] = dict(written)
    for name, value in values.items():
        if name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise TypeError(name)
            values[name] = tuple(value)
        elif not isinstance(value, str):
            raise TypeError(name)
    return BoxSettings(**values)


def _from_console(document: Mapping[str, Any]) -> dict[str, Any]:
    """The console's file, by our names."""
    app = document["boxAppSettings"]
    return {
        "client_id": app["clientID"],
        "client_secret": app["clientSecret"],
        "enterprise": document.get("enterpriseID") or "",
        "jwt_key_id": app["appAuth"]["publicKeyID"],
        "jwt_private_key": app["appAuth"]["privateKey"],
        "jwt_passphrase": app["appAuth"]["passphrase"],
    }
