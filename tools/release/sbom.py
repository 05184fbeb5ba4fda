"""What is in the package, as a CycloneDX 1.6 document: from the lock and from what each wheel says of itself.

By hand: it is a dozen fields, and a library for it brings eight packages along. The specification is ECMA-424.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.release.locks import Pin, Wrong
from tools.release.wheelhouse import sha256

TOLD = {"sqlcipher3": "Zlib"}
"""Licences that a wheel's metadata leave out, read in the licence file it holds."""
_SPACE = uuid.UUID("6f1a3c1e-6f0b-5b0e-9a55-1b8e3f0c7a21")
_CLASSIFIED = "License :: "


def document(
    wheels: Sequence[Path], pins: Sequence[Pin], build: Iterable[str], *, commit: str, epoch: int
) -> bytes:
    """`wheels`: the project's own among them. `build`: names that only a rebuild needs. The same bytes for the same wheels."""
    metadata = {wheel: _metadata(wheel) for wheel in wheels}
    extras = _extras(metadata.values())
    own: dict[str, Any] | None = None
    components: dict[str, dict[str, Any]] = {}
    edges: dict[str, set[str]] = {}
    tools = set(build)
    for wheel, told in metadata.items():
        name = canonicalize_name(str(told["Name"]))
        ref = f"pkg:pypi/{name}@{told['Version']}"
        distribution = {
            "type": "distribution",
            "url": f"wheels/{wheel.name}",
            "hashes": [{"alg": "SHA-256", "content": sha256(wheel)}],
        }
        component = components.setdefault(
            name,
            {
                "type": "library", "bom-ref": ref, "name": name, "version": str(told["Version"]),
                "description": str(told["Summary"] or "")[:200], "purl": ref, "externalReferences": [],
            },
        )  # fmt: skip
        component["externalReferences"].append(distribution)
        if name == "ikiiki":
            component["type"] = "application"
            own = component
        else:
            component["scope"] = "excluded" if name in tools else "required"
            component["licenses"] = [_licence(name, told)]
        edges.setdefault(name, set()).update(_needs(told, extras.get(name, set())))
    if own is None:
        raise Wrong("the project's own wheel is not among the wheels")
    if lost := {pin.name for pin in pins if pin.wanted("3.11")} - components.keys():
        raise Wrong(f"no wheel of {', '.join(sorted(lost))}")
    refs = {name: component["bom-ref"] for name, component in components.items()}
    listed = [component for name, component in sorted(components.items()) if component is not own]
    body: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat().replace("+00:00", "Z"),
            "component": own,
            "properties": [{"name": "ikiiki:commit", "value": commit}],
        },
        "components": listed,
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[one] for one in edges[name] if one in refs and one != name)}
            for name in sorted(components)
        ],
    }  # fmt: skip
    body["serialNumber"] = f"urn:uuid:{uuid.uuid5(_SPACE, json.dumps(body, sort_keys=True))}"
    return (json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [
            one for one in archive.namelist() if one.count("/") == 1 and one.endswith(".dist-info/METADATA")
        ]
        return message_from_bytes(archive.read(name))


def _licence(name: str, told: Message) -> Mapping[str, Any]:
    """An SPDX expression where the wheel gives one, else its own words."""
    for said in (told["License-Expression"], TOLD.get(name), told["License"]):
        try:
            return {"expression": canonicalize_license_expression(str(said or "-"))}
        except InvalidLicenseExpression:
            continue
    classified = [
        one.rsplit(" :: ", 1)[1] for one in told.get_all("Classifier", []) if one.startswith(_CLASSIFIED)
    ]
    words = " / ".join(classified) or str(told["License"] or "").strip().split("\n")[0][:80]
    if not words:
        raise Wrong(
            f"{name} says nothing of its licence: read its licence file, and tell it in tools/release/sbom.py"
        )
    return {"license": {"name": words}}


def _extras(all_told: Iterable[Message]) -> dict[str, set[str]]:
    """Which extras of each package are asked for by another."""
    found: dict[str, set[str]] = {}
    for told in all_told:
        for line in told.get_all("Requires-Dist", []):
            wanted = Requirement(line)
            found.setdefault(canonicalize_name(wanted.name), set()).update(wanted.extras)
    return found


def _needs(told: Message, extras: set[str]) -> set[str]:
    needed: set[str] = set()
    for line in told.get_all("Requires-Dist", []):
        wanted = Requirement(line)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": one}) for one in ("", *extras)):
            needed.add(canonicalize_name(wanted.name))
    return needed
