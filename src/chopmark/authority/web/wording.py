"""The two halves of every refusal's words, and the cures that many refusals share."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.look.language import in_chinese


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened, and what to do about it."""

    title: Promise
    cure: Promise

    @property
    def sentence(self) -> str:
        """Both as one line, for an error summary."""
        return f"{self.title}。{self.cure}" if in_chinese() else f"{self.title}. {self.cure}"


LOOK_AGAIN: Final = _("Load the page again to see how things stand now.")
OURS: Final = _(
    "This is ours to put right. Nothing has been changed; tell the service centre if it stays so."
)
FROM_DESK: Final = _("Go back to the application and visit the owner’s desk again.")
NEW_REQUEST: Final = _("Make the request again with your own tool, and send that one.")
NEW_KEY: Final = _("Make a new key pair with your own tool, and send a request for that one.")
NEXT_ENVELOPE: Final = _("Take the next envelope from your drawer.")
OTHER_TYPE: Final = _("Choose another type.")
ASK_REGISTRAR: Final = _("Ask whoever registers staff.")
