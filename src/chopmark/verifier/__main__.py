"""`python -m chopmark.verifier verify …`, for who has no more than this package."""

from chopmark.verifier.cli import log

if __name__ == "__main__":
    log(prog_name="python -m chopmark.verifier")
