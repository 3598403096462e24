"""A real browser against a live server: one browser for all, a fresh profile for each journey."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import User

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: CHROMIUM, else the system's, else Playwright's own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would otherwise refuse.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def plain_addresses_of_static_files(settings) -> None:
    """The live server finds static files by their plain names, not by those with a fingerprint."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def open_as(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """A page signed in as somebody: `open_as(user, "/today/")`. Fails the test on any script error or policy breach."""
    contexts, trouble = [], []

    def page_of(
        user: User | None, address: str = "/", size: dict = PHONE, scheme: str = "light", scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport=size, color_scheme=scheme, java_script_enabled=scripts, base_url=live_server.url
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if "Content Security" in said.text else None)
        page.goto(address)
        return page

    yield page_of
    for context in contexts:
        # What a page sends as it is left must not reach the server while the tables are being emptied.
        context.set_offline(True)
        for page in context.pages:
            page.goto("about:blank")
        context.close()
    # Nor what was on its way already: the server has one thread a connection, which ends with it.
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(timeout=10)
            assert not thread.is_alive(), "a request is still being answered"
    assert not trouble
