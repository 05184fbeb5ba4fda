"""The test vectors of docs/formats.md, computed with coreutils and openssl, not with this program."""

import datetime as dt
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.canonical import sha256_hex
from core.draw import commitment
from core.draw.engine import draw_value
from core.draw.events import Cancel, EventLog
from core.draw.signing import sign
from core.draw.steps import Reveal, SeedInput
from core.roles import Site

SEED = "42384f289a64fe53562595fe627aa60f436084a85d8ad283afd828d765b5c6d1"
VALUE = "b177dd201fb8cbfbc8d6efc021b5990d188fc479da925d4e464a58fdcb2e75af"
VALUE_3 = "0f743513322b7a9fdc335dd32e8ba100913149d383033c81e144e36f8af9d108"
LEAF_1 = "4b1d20d71a618a01995e990c561d2abf75ede3625363101340101d14626aacc3"
LEAF_2 = "56925f9f40185a6e1fba6db413c2b9a230e20ad995f83c18ed2b4a001c7acc5e"
ALONE = "5e2505591cbc6a2a0b9ebc6d771743382d98eb806c9310e695e3f4edea000684"
COUPLE = "118117d8d0369efef44c89a47a4bcd0d05d85d67fabbfa11dc06e0ce3fb87b16"
SEAL = "9d5326803e715ba4aee205effe965e84c9cddacf4210ee0d52f79fb2bc042736"
HEAD = "e0138616426d27707d02726d60bab2dd6c5cf5b50100c218816183b2c6f14410"
PUBLIC_KEY = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
SIGNATURE = (
    "85dc2314a63df050294f1bd65f3ff91602c0d1a494564ebb734ae237dcd9761d"
    "c0e73cad8cf3d7b3d4b8f8889b3f0446e45d8a298b177896163dac6a6137bf06"
)


def test_seed_and_draw_values() -> None:
    assert SeedInput("hiking-2026-1", "ab" * 32, "08365512907744019283").seed == SEED
    assert draw_value(SEED, "K7Q29F3MXA") == VALUE
    assert draw_value(SEED, "K7Q29F3MXA", 3) == VALUE_3


def test_commitments() -> None:
    first = commitment.leaf(bytes(31) + b"\x01", "0123456789", "サトウ ハナコ", dt.date(1950, 3, 4))
    second = commitment.leaf(bytes(31) + b"\x02", "9876543210", "サトウ タロウ", dt.date(1948, 12, 31))
    assert (first, second) == (LEAF_1, LEAF_2)
    assert commitment.unit([first]) == ALONE
    assert commitment.unit([first, second]) == commitment.unit([second, first]) == COUPLE


def test_seal_and_chain() -> None:
    assert Reveal("hiking-2026-1", Site.WARD, "cd" * 32).sha256 == SEAL
    assert EventLog("ef" * 32).append(Cancel("K7Q29F3MXA")).head == HEAD


def test_signature() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert key.public_key().public_bytes_raw().hex() == PUBLIC_KEY
    assert sign(key, "freeze.txt", b"hkr1 freeze\n").hex() == SIGNATURE


def test_the_paper_gives_these_very_values(repository: Path) -> None:
    paper = (repository / "docs" / "formats.md").read_text("utf-8")
    for value in (SEED, VALUE, VALUE_3, LEAF_1, LEAF_2, ALONE, COUPLE, SEAL, HEAD, PUBLIC_KEY, SIGNATURE):
        assert value in paper
    assert sha256_hex(b"") not in paper  # the hash of nothing is a vector of nothing
