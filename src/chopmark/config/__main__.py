"""`python -m chopmark.config`: the `chopmark` command where nothing is installed under that name."""

from chopmark.config.cli import main

main()
