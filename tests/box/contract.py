"""Box's published contract (OpenAPI), and whether the stand-in and its clients keep to it.

The contract is not ours to commit. It lies where the environment variable IKIIKI_BOX_CONTRACT says, else beside the
checkout in ../shared/reference. Where it and the real Box differ, a named gap amends it before anything is held
against it; a gap the contract no longer has is an error, so the list does not outlive its reasons.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jsonschema.exceptions import ValidationError, best_match
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.box.alike import shape_of
from tests.box.errors import Json
from tests.box.wire import Call, Reply

VARIABLE = "IKIIKI_BOX_CONTRACT"
NAME = "box-openapi.json"
#: Addresses the API gives out and the contract leaves opaque: whoever has one just follows it.
OPAQUE = ("https://dl.boxcloud.com/", "https://public.boxcloud.com/")
BOUNDARY = "boundary"


@dataclass(frozen=True)
class Gap:
    """A difference between the contract and what Box does. `amend` changes the one spot that is wrong."""

    name: str
    why: str
    amend: Callable[[Json], None]


@dataclass(frozen=True)
class Violation:
    """Something the contract does not allow. `side` is "request" or "response"."""

    method: str
    path: str
    status: int
    side: str
    what: str


class Contract:
    """Collects `violations`. `without` names gaps that shall not be granted (to prove that they are there).

    Of exchanges of one shape the first is held against the contract; one that it forbids, each time.
    """

    def __init__(self, path: Path, *, without: tuple[str, ...] = ()) -> None:
        self._api, self._allowed = _loaded(path, without)
        self.violations: list[Violation] = []

    def check(self, call: Call, reply: Reply) -> None:
        """Hold one exchange against the contract. Contents of files are stood in for by a byte or two."""
        if f"{call.host_url}{call.path}".startswith(OPAQUE):
            return
        shape = shape_of(call, reply)
        if shape in self._allowed:
            return
        request, response = _request(call), _response(reply)
        with _ONE_AT_A_TIME:
            wrong = [("request", error) for error in self._api.iter_request_errors(request)]
            if not wrong or reply.status < 300:  # what has no place in the contract is refused, and said once
                wrong += [("response", error) for error in self._api.iter_response_errors(request, response)]
        for side, error in wrong:
            self.violations.append(Violation(call.method, call.path, reply.status, side, said(error)))
        if not wrong:
            self._allowed.add(shape)


_ONE_AT_A_TIME = threading.Lock()  # the validators keep caches that know nothing of threads


def contract_path(beside: Path) -> Path:
    """Where the contract should lie; `beside` is the root of the checkout."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else beside.parent / "shared" / "reference" / NAME


@lru_cache(maxsize=8)
def _loaded(path: Path, without: tuple[str, ...]) -> tuple[OpenAPI, set[Hashable]]:
    """The contract, and the shapes it is known to allow."""
    spec = json.loads(path.read_bytes())
    spec[
        "security"
    ] = []  # who may ask is the stand-in's business, and the contract's scheme says nothing checkable
    for gap in KNOWN_GAPS:
        if gap.name not in without:
            gap.amend(spec)
    return OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None)), set()


def _request(call: Call) -> MockRequest:
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    body: bytes | None = call.document or None
    if call.parts:
        pieces = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            + (b"x" if content is None else content)
            for name, content in call.parts
        ]
        body = b"\r\n".join([*pieces, f"--{BOUNDARY}--\r\n".encode()])
        kind = f"multipart/form-data; boundary={BOUNDARY}"
    elif kind == "application/octet-stream":
        body = b"x"
    return MockRequest(
        call.host_url,
        call.method,
        call.path,
        args=call.query,
        headers=dict(call.headers.items()),
        data=body,
        content_type=kind or "application/json",
    )


def _response(reply: Reply) -> MockResponse:
    return MockResponse(reply.content(), reply.status, dict(reply.headers), "application/json")


def said(error: BaseException) -> str:
    """The most telling of what lies at the bottom of an error."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    inner: list[ValidationError] = [one for cause in causes for one in getattr(cause, "schema_errors", ())]
    best = best_match(inner)
    if best is not None:
        return f"{'.'.join(map(str, best.absolute_path))}: {best.message[:300]}"
    return "; ".join(str(cause)[:300] or repr(cause) for cause in causes)


# ---- the gaps


def _schemas(spec: Json) -> Json:
    schemas: Json = spec["components"]["schemas"]
    return schemas


def _property(spec: Json, schema: str, name: str) -> Json:
    """A property, wherever in the `allOf` of a schema it is declared."""
    holder = _schemas(spec)[schema]
    for part in (holder, *holder.get("allOf", ())):
        if name in part.get("properties", {}):
            found: Json = part["properties"][name]
            return found
    raise LookupError(f"the contract has no {schema}.{name}")


def _still(there: bool, gap: str) -> None:
    if not there:
        raise LookupError(f"the contract no longer has the gap {gap!r}: take it off the list")


def _codes(name: str, *codes: str) -> Callable[[Json], None]:
    def amend(spec: Json) -> None:
        known: list[str] = _property(spec, "ClientError", "code")["enum"]
        _still(not set(codes) & set(known), name)
        known.extend(codes)

    return amend


def _null_too(declared: Json, name: str) -> None:
    """Let a property also be null."""
    _still(not _takes_null(declared), name)
    content = dict(declared)
    declared.clear()
    declared["anyOf"] = [content, {"type": "object", "nullable": True, "enum": [None]}]


def _nullable(name: str, *places: tuple[str, str]) -> Callable[[Json], None]:
    def amend(spec: Json) -> None:
        for schema, field in places:
            _null_too(_property(spec, schema, field), name)

    return amend


def _null_to_remove(spec: Json) -> None:
    for path, field in (
        ("/files/{file_id}", "shared_link"),
        ("/folders/{folder_id}", "shared_link"),
        ("/folders/{folder_id}", "folder_upload_email"),
    ):
        body = spec["paths"][path]["put"]["requestBody"]["content"]["application/json"]["schema"]
        _null_too(body["properties"][field], "null-to-remove")


def _takes_null(declared: Json) -> bool:
    """Whether null passes: `nullable` counts only beside a `type` of its own, and in every part of an `allOf`."""
    return bool(declared.get("nullable")) and "type" in declared


def _shared_links(spec: Json) -> Iterator[Json]:
    for schema in ("File", "Folder"):
        yield _property(spec, schema, "shared_link")["allOf"][0]


def _accessed(spec: Json) -> None:
    for link in _shared_links(spec):
        _still(
            "accessed" in link["required"] and "accessed" not in link["properties"], "shared-link-accessed"
        )
        link["required"].remove("accessed")


def _preflight(spec: Json) -> None:
    declared = next(part for part in _schemas(spec)["ConflictError"]["allOf"] if "properties" in part)
    properties = declared["properties"]["context_info"]["properties"]
    _still(properties["conflicts"]["type"] == "array", "preflight-conflicts")
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("FileConflict", "Folder--Mini")]
    properties["conflicts"] = {"anyOf": [properties["conflicts"], *references]}


def _plan(spec: Json) -> None:
    path = "/files/upload_sessions/{upload_session_id}"
    _still(f"{path}/plan" not in spec["paths"], "plan-path")
    commit = spec["paths"][f"{path}/commit"]["post"]
    parts = {"type": "object", "required": ["parts"], "properties": {"parts": {"type": "array"}}}
    answer = {
        "type": "object",
        "required": ["upload_session_id", "hits", "misses"],
        "properties": {"hits": {"type": "array"}, "misses": {"type": "array"}},
    }
    spec["paths"][f"{path}/plan"] = {
        "post": {
            "operationId": "post_files_upload_sessions_id_plan",
            "servers": commit["servers"],
            "parameters": [one for one in commit["parameters"] if one["in"] == "path"],
            "requestBody": {"content": {"application/json": {"schema": parts}}},
            "responses": {
                "200": {"description": "", "content": {"application/json": {"schema": answer}}},
                "default": commit["responses"]["default"],
            },
        }
    }


def _event_source(spec: Json) -> None:
    source = _schemas(spec)["EventSourceResource"]
    _still("oneOf" in source, "event-source")
    source["anyOf"] = source.pop("oneOf")


def _session_id(spec: Json) -> None:
    declared = _property(spec, "Event", "session_id")
    _still(not declared.get("nullable"), "event-session-id")
    declared["nullable"] = True


def _file_part(spec: Json) -> None:
    schema = spec["paths"]["/files/content"]["post"]["requestBody"]["content"]["multipart/form-data"][
        "schema"
    ]
    _still(schema["required"] == ["attributes", "file"], "file-part-name")
    schema["required"] = ["attributes"]
    schema["properties"]["contents"] = schema["properties"]["file"]
    schema["anyOf"] = [{"required": ["file"]}, {"required": ["contents"]}]


def _revoke(spec: Json) -> None:
    schema = _schemas(spec)["PostOAuth2Revoke"]
    _still(
        "grant_type" in schema["required"] and "grant_type" not in schema["properties"], "revoke-grant-type"
    )
    schema["required"].remove("grant_type")


def _trailing_slash(spec: Json) -> None:
    _still("/files/content/" not in spec["paths"], "preflight-slash")
    spec["paths"]["/files/content/"] = {"options": spec["paths"]["/files/content"]["options"]}


KNOWN_GAPS: tuple[Gap, ...] = (
    Gap(
        "item-name-in-use",
        "The error code of every name conflict, told in the text for POST /folders, is missing from ClientError.code.",
        _codes("item-name-in-use", "item_name_in_use"),
    ),
    Gap(
        "error-codes",
        "Codes that Box's page of common errors, or the contract's own prose on upload sessions, or answers shown in "
        "issues of Box's SDKs name, are missing from ClientError.code.",
        _codes(
            "error-codes",
            "access_denied_insufficient_permissions", "bad_digest", "cyclical_folder_structure", "digest_mismatch",
            "file_size_too_small", "folder_not_empty", "invalid_file_size", "metadata_after_file_contents",
            "missing_destination", "missing_file_size", "parts_mismatch", "range_overlaps_existing_range",
            "rate_limit_exceeded", "trashed",
        ),
    ),
    Gap(
        "preflight-conflicts",
        "For a refused preflight the contract has a list of conflicts; Box names the one file as an object.",
        _preflight,
    ),
    Gap("plan-path", "POST …/upload_sessions/:id/plan is in Box's SDK (10.18), not in the contract.", _plan),
    Gap(
        "shared-link-accessed",
        "A shared link must have `accessed`, which no property declares: meant is `access`.",
        _accessed,
    ),
    Gap(
        "null-beside-all-of",
        "`nullable` stands beside or inside an `allOf`, where it says nothing (OpenAPI 3.0.3): but an item that is not "
        "shared has a null shared_link, one without a label a null classification, and the root folder no parent.",
        _nullable(
            "null-beside-all-of",
            ("File", "shared_link"), ("Folder", "shared_link"), ("Folder", "parent"),
            ("File--Full", "classification"), ("Folder--Full", "classification"),
        ),
    ),
    Gap(
        "null-to-remove",
        "A shared link, and the address for uploads by mail, are taken away by null; the schemas of PUT do not let it by.",
        _null_to_remove,
    ),
    Gap(
        "event-source",
        "An event's source must match exactly one of several schemas, of which GenericSource matches everything.",
        _event_source,
    ),
    Gap("event-session-id", "The enterprise's events have a null session_id; the contract wants a string.", _session_id),
    Gap(
        "pending-invitation",
        "Who was invited by e-mail and has no account yet is told by invite_email, and accessible_by is null.",
        _nullable("pending-invitation", ("Collaboration", "accessible_by")),
    ),
    Gap(
        "revoke-grant-type",
        "Revoking a token must name a `grant_type`, which no property declares and no client sends.",
        _revoke,
    ),
    Gap(
        "preflight-slash",
        "Box takes a preflight at /files/content/ too, where rclone sends it; the contract has no slash at the end.",
        _trailing_slash,
    ),
    Gap(
        "file-part-name",
        "Box takes the second part of an upload under any name; rclone calls it `contents`, the contract `file`.",
        _file_part,
    ),
)  # fmt: skip
