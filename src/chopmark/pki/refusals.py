"""What every refusal in the product derives from: a type with a code, worded only at the edge."""

from typing import ClassVar


class Refusal(Exception):
    """Something was asked that is not to be done; `code` is the stable name that each face words in its own languages.

    Details are for the edge's sentence (a limit, a field's name) and reach the log: never personal data.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **details: str | int) -> None:
        self.details = details
        super().__init__(self.code if not details else f"{self.code} {details}")
