"""What no person types is answered all the same: never with a fault of ours."""

import pytest
from django.urls import reverse

from tests import factories

NUL = "a\0b"


def test_a_search_for_nothing_sensible(sign_in, specialist) -> None:
    assert sign_in(specialist).get(reverse("participants") + "?q=%00").status_code == 200


def test_a_draft_with_a_sign_the_database_refuses(sign_in, specialist, participant) -> None:
    address = reverse("keep_draft", args=[participant.pk])
    assert sign_in(specialist).post(address, {"note": NUL, "form_token": NUL}).status_code == 204


@pytest.mark.parametrize("outcome", [NUL, "", "unknown"])
def test_an_outcome_there_is_not(sign_in, specialist, participant, outcome: str) -> None:
    row = factories.FollowUpFactory(participant=participant, owner=specialist)
    address = reverse("record_attempt", args=[row.pk])
    assert sign_in(specialist).post(address, {"outcome": outcome}).status_code == 404


@pytest.mark.parametrize("name", ["log_session", "add_words", "add_win", "edit_participant", "next_step"])
def test_forms_with_nothing_or_nonsense(sign_in, specialist, participant, name: str) -> None:
    address = reverse(name, args=[participant.pk])
    for fields in ({}, {"note": NUL, "text": NUL, "name_used": NUL, "what": NUL, "when_date": NUL}):
        page = sign_in(specialist).post(address, {"phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 0, **fields})
        assert page.status_code == 200


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "9999-11", "%00", "2026-13", "-05"])
@pytest.mark.parametrize("name", ["time_of_month", "time_of_month_csv"])
def test_a_month_nobody_means(sign_in, supervisor, name: str, month: str) -> None:
    assert sign_in(supervisor).get(reverse(name) + f"?month={month}").status_code == 200
