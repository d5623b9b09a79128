"""The owner turns her keys without end: makes one, moves all records to it, destroys the old. It can be stopped between turns."""

import signal
import sys
import threading
import time
from pathlib import Path

IN_A_CHUNK = 5
PAUSE, BETWEEN = 0.01, 3.0


def main(beat: Path) -> None:
    import django

    django.setup()
    from chopmark.strongroom.keys.keyring import keyring

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    keyring()
    beat.touch()
    turn()
    while not stop.wait(BETWEEN):
        turn()


def turn() -> None:
    from chopmark.strongroom import clock
    from chopmark.strongroom.actors import OWNER
    from chopmark.strongroom.keys import unsealing
    from chopmark.strongroom.keys.keyring import keyring
    from chopmark.strongroom.options import Options
    from chopmark.strongroom.services import wrapping_keys

    keys, options = keyring(), Options.read()
    passphrase = unsealing.passphrase(options)
    for number in options.keys.kek_half_retired():
        wrapping_keys.retire(number=number, files=options.keys, keys=keys, actor=OWNER, now=clock.now())
    newest = wrapping_keys.rotate(files=options.keys, passphrase=passphrase, actor=OWNER, now=clock.now())
    while wrapping_keys.rewrap(keys=keys, most=IN_A_CHUNK, actor=OWNER, now=clock.now()):
        time.sleep(PAUSE)
    for number in sorted(set(keys.kek.open_keys()) - {newest}):
        wrapping_keys.retire(number=number, files=options.keys, keys=keys, actor=OWNER, now=clock.now())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
