"""A person with a browser: follows links, fills in forms by field name, is told plainly when a page is not what she expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from lxml import html

Document = Any  # lxml's typing knows the XML half of it only


class Unexpected(AssertionError):
    """The service did not do what the walk says it does."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, with its address and its parsed document if it has one."""

    response: httpx.Response

    @property
    def url(self) -> str:
        return str(self.response.url)

    @property
    def document(self) -> Document:
        return html.fromstring(self.response.text, base_url=self.url)

    @property
    def text(self) -> str:
        """What is written on it, a space between elements."""
        return " ".join(" ".join(self.document.itertext()).split())

    def one(self, path: str) -> Document:
        """The first element or value that the XPath names."""
        found = self.document.xpath(path)
        if not found:
            raise Unexpected(f"{self.url} has no {path}")
        return found[0]

    def require(self, words: str) -> Self:
        if words not in self.text:
            raise Unexpected(f"{self.url} does not say {words!r}: {self.text[:600]}")
        return self


class Browser:
    """One person's cookies and her present page."""

    def __init__(self, *, language: str = "en") -> None:
        self._client = httpx.Client(
            follow_redirects=True, timeout=30, headers={"Accept-Language": language}, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str) -> Page:
        return self._checked(self._client.get(url))

    def submit(
        self,
        page: Page,
        values: Mapping[str, str | list[str]] | None = None,
        *,
        form: str = "main form",
        expect: int = 200,
    ) -> Page:
        """Send the form that `form` names by a part of its action, with `values` over what the page filled in."""
        chosen = _form(page, form)
        fields: dict[str, str | list[str]] = dict(chosen.form_values())
        unknown = set(values or {}) - set(chosen.fields.keys())
        if unknown:
            raise Unexpected(
                f"{page.url} asks for no {sorted(unknown)}, but for {sorted(chosen.fields.keys())}"
            )
        fields.update(values or {})
        address = urljoin(page.url, chosen.action or page.url)
        if (chosen.method or "GET").upper() == "GET":
            return self._checked(self._client.get(address, params=fields), expect)
        return self._checked(self._client.post(address, data=fields, headers={"Referer": page.url}), expect)

    def follow(self, page: Page, words: str) -> Page:
        """Follow the link whose text holds `words`."""
        for link in page.document.iter("a"):
            if words in " ".join(link.text_content().split()):
                return self.get(urljoin(page.url, link.get("href")))
        raise Unexpected(f"{page.url} has no link {words!r}")

    def download(self, url: str) -> bytes:
        answer = self._client.get(url)
        if answer.status_code != 200:
            raise Unexpected(f"{url} answered {answer.status_code}")
        return answer.content

    def _checked(self, response: httpx.Response, expect: int = 200) -> Page:
        if response.status_code != expect:
            words = Page(response).text if response.text else ""
            raise Unexpected(
                f"{response.request.method} {response.url} answered {response.status_code}: {words[:600]}"
            )
        return Page(response)


def _form(page: Page, wanted: str) -> Document:
    """A form by the beginning of its action's path, or the first one inside <main>."""
    for candidate in page.document.forms:
        if wanted == "main form":
            if any(parent.tag == "main" for parent in candidate.iterancestors()):
                return candidate
        elif wanted in (candidate.action or ""):
            return candidate
    raise Unexpected(f"{page.url} has no form {wanted!r}")
