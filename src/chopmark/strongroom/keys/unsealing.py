"""How a strongroom that starts sealed comes to its passphrase: from enough holders, one after the other, into memory only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from chopmark.strongroom.errors import (
    PassphraseWrong,
    ShareNotOfSet,
    ShareRepeated,
    SharesDoNotFit,
    StrongroomSealed,
)
from chopmark.strongroom.keys.sealing import read_private
from chopmark.strongroom.keys.shares import Share, ShareSet, combine
from chopmark.strongroom.options import Options


@dataclass(slots=True)
class Unsealing:
    """What was given so far. A process that ends forgets it, and starts sealed again."""

    given: dict[int, Share] = field(default_factory=dict, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


# Whether this passphrase opens what it should: `PassphraseWrong` if not.
Fits = Callable[[str], object]

held = Unsealing()


def share_set(options: Options) -> ShareSet | None:
    """The set by which this home is opened; none if its passphrase is a file."""
    file = options.keys.share_set
    return ShareSet.decode(read_private(file)) if file.exists() else None


def passphrase(options: Options) -> str:
    """The strongroom's passphrase: of a home with shares only what its holders gave, of another its file."""
    wanted = share_set(options)
    if wanted is None:
        return read_private(options.passphrase_file).decode().strip()
    if held.passphrase is None:
        raise StrongroomSealed(given=len(held.given), needed=wanted.needed)
    return held.passphrase


def state(options: Options) -> str:
    """In words, while it is sealed; empty when it is not."""
    wanted = share_set(options)
    if wanted is None or held.passphrase is not None:
        return ""
    return f"sealed, {len(held.given)} of {wanted.needed} shares"


def weigh(share: Share, *, options: Options, fits: Fits) -> str | None:
    """The passphrase, if this is the last share needed and all of them fit; nothing is kept yet.

    Which of the shares is wrong cannot be known, and is not said.
    """
    wanted = share_set(options)
    if wanted is None or share.set != wanted or not 1 <= share.number <= wanted.of:
        raise ShareNotOfSet
    if held.passphrase is not None or share.number in held.given:
        raise ShareRepeated(number=share.number)
    if len(held.given) + 1 < wanted.needed:
        return None
    try:
        found = combine([*held.given.values(), share])
        fits(found)
    except PassphraseWrong:
        raise SharesDoNotFit from None
    return found


def keep(share: Share, found: str | None) -> None:
    """Remember a share; with the passphrase found, remember that instead."""
    held.given[share.number] = share
    if found is not None:
        held.passphrase = found
        held.given.clear()


def forget() -> None:
    """All shares must be given again."""
    held.given.clear()
