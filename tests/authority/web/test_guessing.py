"""Who guesses a password is locked by the number that she guesses at; nothing that she types in its place is kept."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from authority.web.world import PASSWORD

TRIES = 5
ADDRESSES = ("/portal/sign-in", "/staff/sign-in")


def guess(number: str, password: str = "wrong", address: str = "/portal/sign-in"):
    return Client().post(
        address, {"number": number, "password": password, "code": "123456", "next": "/x?who=A123456(7)"}
    )


def test_it_works(submitted):
    assert [guess(submitted).status_code for _ in range(TRIES)] == [422] * (TRIES - 1) + [429]
    assert guess(submitted, PASSWORD).status_code == 429


def test_others_are_not_locked_with_it(submitted):
    for _ in range(TRIES + 1):
        guess("AP261199999")
        guess("what is asked here?")
    assert guess(submitted, PASSWORD).status_code == 302


def test_the_page_says_it_in_both_languages(submitted):
    for _ in range(TRIES):
        guess(submitted)
    for language, words in (("en", "Too many tries"), ("zh-hant", "嘗試次數過多")):
        page = (
            Client()
            .post(f"/portal/sign-in?lang={language}", {"number": submitted, "password": "no"})
            .content.decode()
        )
        assert words in page


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "typed", ["A123456(7)", "A1234567", "91234567", "CHAN Tai Man", "123456(7)", "1234567"]
)
def test_what_is_no_number_of_ours_is_not_kept(faces, address, typed):
    guess(typed, typed, address)
    for attempt in AccessAttempt.objects.all():
        kept = f"{attempt.username} {attempt.post_data} {attempt.get_data}"
        assert typed not in kept and "A123456(7)" not in kept
