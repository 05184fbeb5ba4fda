"""Through which server notices go by mail: written by people as TOML, kept in the vault with its password."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from core.canonical import canonical_json
from core.errors import UsageError
from core.toml_text import NotToml, read_toml

STARTTLS, IMPLICIT = "starttls", "implicit"
PORTS = {STARTTLS: 587, IMPLICIT: 465}
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9a-fA-F:]{2,45}")
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class MailSettings:
    """A server that takes mail for us over TLS; its certificate is always checked."""

    host: str
    sender: str
    """The address in From:, an organisation's."""
    port: int = 0
    """0: the usual one, 587 for STARTTLS, 465 for TLS from the first byte (RFC 8314)."""
    tls: str = STARTTLS
    sender_name: str = ""
    reply_to: str = ""
    login: str = ""
    """"" where the server asks for none."""
    password: str = field(default="", repr=False)
    ca_bundle: str = ""
    """A PEM file of the authorities to trust in place of the system's; "" for the system's."""
    per_minute: int = 60
    """At most so many mails a minute; 0 for no limit. Providers throttle, and block who does not."""

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise UsageError("メールサーバの名前が読めません", where="host", next_step="例: smtp.example.jp")
        if self.tls not in PORTS:
            raise UsageError(
                f"tls は {STARTTLS} か {IMPLICIT} です。暗号化しない送信はできません", where="tls"
            )
        for name in ("sender", "reply_to"):
            value = getattr(self, name)
            if not _ADDRESS.fullmatch(value) and (value or name == "sender"):
                raise UsageError("メールアドレスが読めません", where=name, next_step="例: hiking@example.jp")
        if not 0 <= self.port <= 65_535 or not 0 <= self.per_minute <= 6_000:
            raise UsageError(
                "port は 0 から 65535、per_minute は 0 から 6000 の整数です", where="port か per_minute"
            )
        if any(not getattr(self, name).isprintable() for name in ("sender_name", "login", "password")):
            raise UsageError("改行や制御文字は使えません", where="sender_name、login、パスワードのどれか")

    @property
    def at_port(self) -> int:
        return self.port or PORTS[self.tls]

    @property
    def domain(self) -> str:
        """What stands behind the @ of our Message-IDs."""
        return self.sender.partition("@")[2]

    def with_password(self, password: str) -> MailSettings:
        return replace(self, password=password)

    def to_text(self) -> str:
        """Canonical JSON, password included: for the vault alone."""
        return canonical_json(asdict(self)).decode()

    @classmethod
    def from_toml(cls, text: str) -> MailSettings:
        """Raises `UsageError` naming the key. The password does not belong into the file."""
        try:
            document = read_toml(text)
        except NotToml as error:
            raise UsageError(
                "メールの設定がTOMLとして読めません",
                where="、".join(re.findall(r"(?:line|column) \d+", str(error))) or "メールの設定",
            ) from None
        if "password" in document:
            raise UsageError(
                "パスワードは、ファイルには書きません",
                where="password",
                next_step="その行を消してください。実行するときに尋ねます",
            )
        known = {item.name: type(getattr(_EXAMPLE, item.name)) for item in fields(cls)}
        for key, value in document.items():
            if key not in known:
                raise UsageError(
                    "知らない項目です", where=key[:30] or "（名前なし）", next_step="使える項目: " + "、".join(sorted(set(known) - {"password"}))
                )  # fmt: skip
            if type(value) is not known[key]:
                raise UsageError("書き方が違います", where=key, next_step='文字は "…"、数はそのまま書きます')
        for key in ("host", "sender"):
            if key not in document:
                raise UsageError(
                    f"{key} がありません",
                    where="メールの設定",
                    next_step=f'{key} = "…" の行を書き足してください',
                )
        return cls(**document)

    @classmethod
    def from_text(cls, text: str) -> MailSettings:
        """What `to_text` wrote."""
        import json

        document: dict[str, Any] = json.loads(text)
        return cls(**document)


_EXAMPLE = MailSettings("example.jp", "a@example.jp")
