"""`{% url %}`, without asking the resolver about every row. Built in: no template has to load it."""

from functools import cache
from uuid import UUID

from django import template
from django.conf import settings
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as plain_url
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from pages.templatetags.wording import picture

register = template.Library()

# Stands in for the id while an address is put together for all ids.
ANY = UUID(int=0)


class AddressNode(URLNode):
    """Fills the id into an address that was asked for once; anything but a single id goes the usual way."""

    def render(self, context: Context) -> str:
        name = self.view_name.var
        if self.kwargs or self.asvar or len(self.args) > 1 or not isinstance(name, str) or ":" in name:
            return super().render(context)
        here = (get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name)
        if not self.args:
            return "".join(around(*here, ()))
        key = self.args[0].resolve(context)
        return str(key).join(around(*here, (ANY,))) if type(key) is UUID else super().render(context)


@cache
def around(urlconf: str, prefix: str, name: str, args: tuple[UUID, ...]) -> list[str]:
    """What stands before and after the id in the address of a view; all of it where it takes none."""
    return escape(reverse(name, urlconf=urlconf, args=args)).split(str(ANY))


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """The tag of Django, with a quicker node."""
    node = plain_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag(takes_context=True)
def win_link(context: Context, participant_id: UUID, name: str) -> str:
    """A win is one tap away wherever somebody stands: a star beside their name, which leads back to this page."""
    request = context["request"]
    # What answers a tap on a card is no page to come back to, and a name that was searched for is written down nowhere.
    here = request.path if "q" in request.GET else request.get_full_path()
    here = here if request.method == "GET" else reverse("today")
    parts = around(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), "add_win", (ANY,))
    words = '<a class="win-link" href="{}?{}">{}{}<span class="visually-hidden">: {}</span></a>'
    return format_html(
        words, str(participant_id).join(parts), urlencode({"next": here}), picture("star"), _("A win"), name
    )
