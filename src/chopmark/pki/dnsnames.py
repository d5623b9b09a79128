"""Host names as dNSName may hold them (RFC 1034 §3.5, RFC 1123 §2.1, RFC 5280 §4.2.1.6)."""

import re

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Two hyphens in the third and fourth place are reserved; we accept the A-labels of IDNA there (RFC 5890 §2.3.1).
_RESERVED = re.compile(r"(?!xn)..--")


def is_dns_name(name: str) -> bool:
    """Lower case, at least two labels, the last not a number; "*" only as the whole leftmost label above two others."""
    labels = name.split(".")
    if labels[0] == "*":
        labels = labels[1:]
    return (
        len(name) <= 253 and len(labels) >= 2 and all(map(_is_label, labels)) and not labels[-1].isdecimal()
    )


def _is_label(label: str) -> bool:
    return _LABEL.fullmatch(label) is not None and _RESERVED.match(label) is None
