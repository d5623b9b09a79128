"""The public face."""

from django.test import Client


def test_it_works(visitor: Client):
    page = visitor.get("/")
    assert page.status_code == 200
    assert b"Electronic certificates you can check" in page.content
