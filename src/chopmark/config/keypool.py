"""`chopmark keypool`: keys made ahead of time for populations whose cards make none; docs/cards.md is the manual."""

from pathlib import Path
from typing import Any

import click

from chopmark.config.campaigns import say
from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal


@click.group()
def keypool() -> None:
    """Keys that the signer makes ahead of time; each is one line's of one campaign."""


@keypool.command()
@click.option("--algorithm", required=True, help="P-256, P-384, RSA-2048, RSA-3072 or RSA-4096.")
@click.option("--count", type=int, required=True, help="How many keys.")
@HOME
@AS
@CODE
@JSON
def fill(algorithm: str, count: int, home: Path, number: str, code: str, as_json: bool) -> None:
    """Order keys; the signer makes them a batch at a time, beside its other work."""
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.keymaking import pool
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        order = pool.order(algorithm=algorithm, count=count, actor=operator, now=clock.now())
        return {"order": order.pk, "algorithm": order.algorithm, "count": order.count}

    say(or_refusal(ask), as_json)


@keypool.command()
@click.argument("order", type=int)
@HOME
@AS
@CODE
@JSON
def stop(order: int, home: Path, number: str, code: str, as_json: bool) -> None:
    """Make no more keys of ORDER, as `fill` numbered it; what is made stays."""
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.keymaking import pool
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        pool.stop(order_id=order, actor=operator, now=clock.now())
        return {"order": order, "stopped": True}

    say(or_refusal(ask), as_json)


@keypool.command()
@HOME
@AS
@CODE
@JSON
def discard(home: Path, number: str, code: str, as_json: bool) -> None:
    """Destroy every key that is free: after a restore some may be on cards that were delivered since the backup."""
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.keymaking import pool_discard
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        return {"discarded": pool_discard.discard(actor=operator, now=clock.now())}

    say(or_refusal(ask), as_json)


@keypool.command()
@HOME
@JSON
def status(home: Path, as_json: bool) -> None:
    """Say how many keys of each kind are ordered, made, free, used and purged."""
    become(home, "operator")
    from chopmark.authority.keymaking import pool

    found = {algorithm: one.as_json() for algorithm, one in pool.status().items()}
    say(found, as_json)
