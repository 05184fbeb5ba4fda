"""What one exchange looks like to a contract: numbers, keys and hashes that differ from one to the next, all else as it is.

Holding an exchange against the contract takes longer than having it, and thousands in a row are the same but for such values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable

from tests.box.wire import Call, Reply

_DRAWN = re.compile(r"[0-9a-f]{16,}|[A-Za-z0-9_-]{32,}|[0-9]+")


def shape_of(call: Call, reply: Reply) -> Hashable:
    """Equal for two exchanges that a contract allows, or forbids, alike."""
    parts = [(name, None if content is None else _of_bytes(content)) for name, content in call.parts]
    return (
        (call.method, _of(call.host_url), _of(call.path), _of(call.query), _of(dict(call.headers.items()))),
        (_of_bytes(call.document), _of(parts)),
        (reply.status, _of(dict(reply.headers)), _of_bytes(reply.content())),
    )


def _of_bytes(data: bytes | None) -> Hashable:
    text = (data or b"null").decode(errors="replace")
    try:
        return _of(json.loads(text))
    except ValueError:  # a form
        return "form", _of(text)


def _of(value: object) -> Hashable:
    if isinstance(value, dict):
        return tuple(sorted((str(key), _of(one)) for key, one in value.items()))
    if isinstance(value, list | tuple):
        return frozenset(_of(one) for one in value)
    if isinstance(value, str):
        return _DRAWN.sub("0", value)
    if isinstance(value, bool) or value is None:
        return value
    return type(value), len(str(value))
