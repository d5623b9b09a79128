"""`python -m chopmark.verifier verify …`, for who has no more than this package."""

from chopmark.verifier.cli import log, proof

if __name__ == "__main__":
    log.add_command(proof)
    log(prog_name="python -m chopmark.verifier")
