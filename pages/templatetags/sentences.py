"""`{% translate %}` and `{% blocktranslate %}`, without looking a sentence up for every row.

Built in: no template has to load them.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token, render_value_in_context
from django.template.context import Context
from django.templatetags.i18n import BlockTranslateNode, TranslateNode, do_block_translate, do_translate
from django.utils.translation import get_language, gettext

register = template.Library()


class SentenceNode(TranslateNode):
    """Keeps what it said, for each language; anything but a fixed sentence goes the usual way."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.said: dict[str | None, str] = {}
        sentence = self.filter_expression
        self.is_fixed = isinstance(sentence.var.literal, str) and not sentence.filters and not self.message_context

    def render(self, context: Context) -> str:
        if self.asvar or not self.is_fixed:
            return super().render(context)
        language = get_language()
        if language not in self.said:
            self.said[language] = super().render(context)
        return self.said[language]


@register.tag("translate")
def translate(parser: Parser, token: Token) -> SentenceNode:
    """The tag of Django, with a quicker node."""
    node = do_translate(parser, token)
    return SentenceNode(node.filter_expression, node.noop, node.asvar, node.message_context)


class FilledSentenceNode(BlockTranslateNode):
    """Keeps the sentence with its gaps, for each language; one with a plural goes the usual way."""

    gaps: dict[str | None, tuple[str, list[str]]]

    def render(self, context: Context, nested: bool = False) -> str:
        if self.plural or self.asvar or self.message_context or nested:
            return super().render(context, nested)
        language = get_language()
        if language not in self.gaps:
            sentence, names = self.render_token_list(self.singular)
            self.gaps[language] = gettext(sentence), names
        sentence, names = self.gaps[language]
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        values = {name: given[name] if name in given else context.get(name, "") for name in names}
        try:
            return sentence % {name: render_value_in_context(value, context) for name, value in values.items()}
        except (KeyError, ValueError):  # a translation with other gaps than the sentence
            return super().render(context, nested)


@register.tag("blocktranslate")
def block_translate(parser: Parser, token: Token) -> BlockTranslateNode:
    """The tag of Django, with a quicker node."""
    node = do_block_translate(parser, token)
    node.__class__, node.gaps = FilledSentenceNode, {}
    return node
