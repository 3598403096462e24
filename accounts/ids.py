"""Identifiers that sort by time and cannot be guessed."""

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62))
