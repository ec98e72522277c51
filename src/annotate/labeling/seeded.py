"""Chance that depends on a seed and on what is drawn for, and on nothing else: not on order, process or machine."""

from __future__ import annotations

import hashlib


def draw(seed: int, *parts: str) -> int:
    """Draw a whole number below 2**64, evenly, for these parts.

    The same seed and parts give the same number; other parts give an independent one (SHA-256).
    """
    said = "\x1f".join((str(seed), *parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(said).digest()[:8])
