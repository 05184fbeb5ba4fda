"""What is asked of a ZIP before anything of it is unpacked. How large its own list of entries is: a million entries of nothing fit into a few dozen
megabytes, and `zipfile` makes an object of each."""

from __future__ import annotations

import io
import zipfile
from typing import Any, BinaryIO

ENTRY_BYTES = 1024
"""What the list may hold for each entry that is allowed: a name and what spreadsheet programs add come to a tenth of it."""
_SIZE = 5
"""Where `zipfile`'s reading of the end record has the list's length."""


def listed_too_much(data: bytes, most: int) -> bool:
    """Whether the list is longer than one of `most` entries can be."""
    return listing_bytes(io.BytesIO(data)) > most * ENTRY_BYTES


def listing_bytes(file: BinaryIO) -> int:
    """How long the list is; 0 where there is none.

    Read by `zipfile` itself (ZIP64 included), so that nothing is measured here and another thing believed there.
    """
    end: Any = getattr(zipfile, "_EndRecData")(file)  # noqa: B009 - typeshed does not know it
    return int(end[_SIZE]) if end else 0


def unpacks_in_bounds(entry: Any) -> bool:
    """Whether an entry is stored or deflated: of those alone Python unpacks as much as was asked for. bzip2 and LZMA turn
    some 50 bytes into a megabyte, whatever the limit of whoever reads, and nothing of ours is packed so."""
    return entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
