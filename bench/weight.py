"""What travels: the page as it is compressed, and everything it links to."""

import re
from urllib.parse import urljoin

from django.test import Client

from accounts.models import User

LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')
WITHIN = re.compile(r"url\([\"']?([^\"')#]+)")
COMPRESSED = {"headers": {"accept-encoding": "gzip"}}
KIB = 1024


def weight(name: str, email: str, address: str) -> str:
    """A line of the table: KiB at the first visit and, with what never changes kept by the browser, at the next."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    answer = client.get(address, **COMPRESSED)
    again = len(answer.content)
    page = client.get(address).content.decode()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page), "something comes from another host"
    found = {link for link in LINKED.findall(page) if not link.endswith((".webmanifest",))}
    first = again + sum(length_of(client, link) for link in found)
    return (
        f"| {name}: first visit, next visit, compressed | {first / KIB:.0f} KiB, {again / KIB:.0f} KiB"
        " | ≤ 120 KiB, ≤ 20 KiB |"
    )


def length_of(client: Client, link: str) -> int:
    """Bytes of one static file as sent, and of what its style rules link to."""
    answer = client.get(link, **COMPRESSED)
    assert answer.status_code == 200, link
    sent = len(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    if not link.endswith(".css"):
        return sent
    plain = client.get(link)
    text = (b"".join(plain.streaming_content) if plain.streaming else plain.content).decode()
    inner = {one for one in WITHIN.findall(text) if not one.startswith("data:")}
    return sent + sum(length_of(client, urljoin(link, one)) for one in inner)
