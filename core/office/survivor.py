"""What survives an erasure, in a vault of its own: ledgers, roster, access log and its reviews, published draws. Nothing about anybody.

Named one by one, so that whatever is added to a vault later dies with it unless somebody says otherwise here.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from core.keys import SIGNING_BYTES, SITE_KEY_BYTES, SiteKeys
from core.office.desk import KEPT
from core.office.drawing import is_public
from core.office.keyring import earlier_rings, own_card, put_earlier_rings, put_site_keys, site_keys
from core.office.places import FORMER
from core.office.ports import Entropy, Tx
from core.office.taken import HEARD
from core.roles import Site

ERASED = "erased"
"""The setting that marks a survivor; it holds what was agreed and what was found, as JSON."""
RECORD = "erasure_record"
"""The setting with the signed record of the erasure, once somebody has logged in and signed it."""
CREDENTIAL = "courier_credential"
_KEPT = (
    "programme",
    KEPT,
    "partner_card",
    f"rosters_{Site.CONTRACTOR}",
    f"rosters_{Site.WARD}",
    FORMER,
    CREDENTIAL,
    HEARD,
)
"""Settings taken over as they are. The credential opens the way into Box and goes when that is empty."""


def survive(old: Tx, new: Tx, begun: dict[str, object], now: dt.datetime, entropy: Entropy) -> None:
    """Write into the empty vault `new` what of `old` is not about anybody, and `begun`, which marks it."""
    for row in old.staff.list():
        new.staff.add(row)
    _keys(old, new, entropy)
    for name in _KEPT:
        value = old.settings.get(name)
        if value is not None:
            new.settings.put(name, value)
    for org in Site:
        for seq, line in enumerate(old.ledger.lines(org), start=1):
            new.ledger.append(org, seq, line)
        for document in old.ledger.checkpoints(org):
            epoch, size = _of(document)
            new.ledger.put_checkpoint(org, epoch, size, document)
    for row_ in reversed(old.access.page(0, old.access.count())):
        new.access.append(row_.at, row_.staff_id, row_.act, row_.detail, row_.terminal)
    for step in old.log_reviews.all():
        new.log_reviews.add(step)
    for direction in ("out", "in"):
        for bundle in old.bundles.list(direction):
            new.bundles.add(bundle, b"", b"")
        for fate in old.fates.list(direction):
            new.fates.add(fate)
    for draw in old.draws.names():
        files = old.draws.files(draw)
        for name, content in files.items():
            if is_public(name, files):
                new.draws.put_file(draw, name, content, now)
    new.settings.put(ERASED, json.dumps(begun, ensure_ascii=False, sort_keys=True))


def _keys(old: Tx, new: Tx, entropy: Entropy) -> None:
    """The signing key stays: it opens nothing, and the record is signed with it. What opens bundles does not.

    In the place of the opening key stands a fresh one, to which nobody has ever sealed anything.
    """
    fresh = entropy(SITE_KEY_BYTES)
    signing = site_keys(old).signing
    put_site_keys(new, SiteKeys.from_random(signing.raw + fresh[SIGNING_BYTES:]), own_card(old))
    put_earlier_rings(
        new,
        [
            replace(ring, signing=None, opening=None, courier=b"", carried=False)
            for ring in earlier_rings(old)
        ],
    )


def _of(document: bytes) -> tuple[int, int]:
    """(epoch, size) of a checkpoint."""
    told = json.loads(document.split(b"\n", 1)[0])
    return int(told["epoch"]), int(told["size"])


def is_erased(tx: Tx) -> bool:
    """Whether this vault is what survived an erasure."""
    return bool(tx.settings.get(ERASED))
