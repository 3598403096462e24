"""Identifiers: those that sort by time and cannot be guessed, and short names of rows that people word themselves."""

import secrets
import time
import uuid
from collections.abc import Collection
from itertools import chain, count

from django.utils.text import slugify


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def code_for(label: str, taken: Collection[str], *, otherwise: str) -> str:
    """A short name in letters a to z that is not taken, numbered where need be; `otherwise` for other scripts."""
    stem = slugify(label)[:34].strip("-_") or otherwise
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(code for code in chain([stem], numbered) if code not in taken)
