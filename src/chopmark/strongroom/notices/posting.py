"""What leaves by a channel: a message by Django's configured backend, or a file for the owner's print house."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from chopmark.publiclog import durable
from chopmark.strongroom.notices.texts import Letter

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One letter on its way: what it says, to whom, under which lasting name."""

    reference: str
    letter: Letter
    to: str
    now: datetime


def send_email(post: Post) -> None:
    """Hand the message to the backend. Its Message-ID is the reference's: who gets it twice can tell."""
    headers = {
        "Message-ID": f"<{post.reference}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
        "Date": format_datetime(post.now),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no machine answers
    }
    EmailMessage(post.letter.subject, post.letter.body, to=[post.to], headers=headers).send()


def print_letter(post: Post) -> None:
    """Leave a file that the print house sets under the owner's letterhead."""
    text = f"{post.to}\n\n{post.letter.subject}\n\n{post.letter.body}"
    put(Path(settings.OUTBOX) / "letters", f"{post.reference}.txt", text.encode())


class FileBackend(BaseEmailBackend):
    """Leaves each message as a file in the owner's outbox, under its own name: the same message twice is one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            name = str(message.extra_headers["Message-ID"]).strip("<>").partition("@")[0]
            put(Path(settings.OUTBOX) / "mail", f"{name}.eml", message.message().as_bytes())
        return len(email_messages)


def put(folder: Path, name: str, content: bytes) -> None:
    """A private file, on the disk when this returns, or not there. A crash leaves a draft that the same notice overwrites."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        durable.sync(folder.parent)
    folder.chmod(_PRIVATE_FOLDER)  # however close the umask
    draft = folder / f".{name}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    # Until here a power cut may take the new name away again; whoever is told that it was sent could be told wrongly.
    durable.sync(folder)


CHANNELS = {"email": send_email, "letter": print_letter}
