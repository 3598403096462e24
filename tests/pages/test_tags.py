"""The quicker tags say what Django's own say."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.template import Context, Engine, Template
from django.test import override_settings
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import override

KEY = uuid4()


def drawn(text: str, **given: object) -> str:
    return Template(text).render(Context(given))


def test_addresses_are_those_of_the_resolver() -> None:
    for _time in range(2):
        assert drawn('{% url "today" %}') == reverse("today")
        assert drawn('{% url "participant" key %}', key=KEY) == reverse("participant", args=[KEY])
        assert drawn('{% url "participant" key %}', key=str(KEY)) == reverse("participant", args=[KEY])
        assert drawn('{% url "participant" participant_id=key %}', key=KEY) == reverse("participant", args=[KEY])
        assert drawn('{% url "participant" key as at %}-{{ at }}', key=KEY) == "-" + reverse("participant", args=[KEY])
        assert drawn("{% url name %}", name="today") == reverse("today")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "just now"), (0.9, "just now"), (1, "1\xa0minute ago"), (61, "1\xa0hour, 1\xa0minute ago")],
)
def test_what_was_a_moment_ago_was_just_now(minutes: float, words: str) -> None:
    now = datetime(2026, 5, 6, 14, 0, tzinfo=UTC)
    then = now - timedelta(minutes=minutes)
    assert drawn("{{ then|ago_words:now }}", then=then, now=now) == words
    assert drawn("{{ then|last_contact_words:now }}", then=then, now=now) == f"last contact {words}"
    lasting = "less than a minute" if words == "just now" else words.removesuffix(" ago")
    assert drawn("{{ then|lasting_words:now }}", then=then, now=now) == lasting


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(NoReverseMatch):
        drawn('{% url "nowhere" key %}', key=KEY)
    with pytest.raises(NoReverseMatch):
        drawn('{% url "participant" key %}', key="")


@pytest.mark.django_db
def test_another_map_of_addresses_has_others() -> None:
    assert drawn('{% url "today" %}') == "/today/"
    with override_settings(ROOT_URLCONF="tests.pages.other_urls"):
        assert drawn('{% url "today" %}') == "/elsewhere/"


def test_a_sentence_is_kept_for_each_language_apart() -> None:
    sentence = Template('{% translate "Monday" %}, {{ name }}{% translate name %}')
    said = {}
    for language in ("en", "de", "en", "de"):
        with override(language):
            said.setdefault(language, set()).add(sentence.render(Context({"name": "Friday"})))

    assert said == {"en": {"Monday, FridayFriday"}, "de": {"Montag, FridayFreitag"}}


def test_a_sentence_with_marks_is_as_it_was() -> None:
    assert drawn('{% translate "50% <b>" %}{% translate "a & b" as both %}{{ both }}') == "50% <b>a & b"


@pytest.mark.parametrize(
    "sentence",
    [
        "{% blocktranslate with who=name %}Next: {{ who }}, {{ day }}{% endblocktranslate %}",
        "{% blocktranslate trimmed with who=name|upper %}\n  Next:\n  {{ who }} 100%\n{% endblocktranslate %}",
        "{% blocktranslate %}{{ missing }}|{{ name }}|{{ safe }}{% endblocktranslate %}",
        "{% blocktranslate count n=number %}{{ n }} earlier{% plural %}{{ n }} of {{ name }}{% endblocktranslate %}",
        "{% blocktranslate asvar said %}Hello {{ name }}{% endblocktranslate %}[{{ said }}]",
        "{% blocktranslate with name=day %}{{ name }} {{ number }}{% endblocktranslate %}{{ name }}",
        "{{ day|date:'D j M Y' }}{{ moment|date:'D j M, H:i' }}{{ day|date }}{{ none|date:'j M' }}",
    ],
)
def test_sentences_with_gaps_and_days_are_those_of_django(sentence: str) -> None:
    given = {"name": "<b>Ana & co", "safe": mark_safe("<i>"), "number": 3, "none": None}
    moment = datetime(2026, 5, 6, 23, 30, tzinfo=UTC)
    ours = Template(sentence)
    theirs = Engine(builtins=["django.templatetags.i18n"]).from_string(sentence)
    for day in (date(2026, 5, 6), date(2024, 2, 29)):
        context = {**given, "day": day, "moment": moment}
        for language in ("en", "de", "en"):
            with override(language):
                assert ours.render(Context(context)) == theirs.render(Context(context))


def test_a_translation_with_other_gaps_says_the_sentence_itself(monkeypatch) -> None:
    monkeypatch.setattr("pages.templatetags.sentences.gettext", lambda _sentence: "%(nobody)s")
    assert drawn("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", name="Ana") == "Hello Ana"
