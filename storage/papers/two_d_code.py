"""The 2-D code (QR, ISO/IEC 18004) of a text, as a vector picture."""

from __future__ import annotations

import io
from functools import lru_cache

QUIET = 4
"""Modules of white around the code, as the standard asks."""


@lru_cache(maxsize=16)
def code_svg(text: str) -> str:
    """The code as SVG, with its quiet zone, black on white; level M: 15 % of it may be lost to dirt or a fold."""
    import segno

    made = io.BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(made, kind="svg", border=QUIET, light="#fff", xmldecl=False, svgns=True, nl=False)
    return made.getvalue().decode()
