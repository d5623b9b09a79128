"""The words for what the witnesses of the log refuse or hold up; `strongroom/problems.py` has the shape and the rest."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_CONFIGURED = _(
    "Whoever looks after this machine must correct the witnesses in config.toml. Nothing was opened."
)
# The sentence of `strongroom/problems.py` for a log that is not as it was.
_LOOKED_AT = _("The log stands still until the office that keeps the records has looked at it.")

# Status of HTTP, what happened, what to do.
ROWS: Final[dict[str, tuple[int, Any, Any]]] = {
    "openings_wait_for_witnesses": (
        503,
        _("The log’s witnesses have not cosigned it for a while, so no record is opened"),
        _("Try again later. Nothing was opened; applications and the list of who looked at a record go on."),
    ),
    "cosignature_altered": (500, _("What is kept of a witness is not what it signed"), _LOOKED_AT),
    "witness_malformed": (503, _("A witness is named without its address or its key"), _CONFIGURED),
    "witness_twice": (503, _("Two witnesses are named with one key"), _CONFIGURED),
    "witnesses_too_few": (
        503,
        _("The policy asks for more witnesses than there are"),
        _("Name more witnesses in config.toml, or lower the number in the policy. Nothing was opened."),
    ),
}
