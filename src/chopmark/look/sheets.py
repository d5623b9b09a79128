"""A table as a CSV file, for those who take it along."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse


def sheet(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table of counts and words of ours as a CSV file; never of anything personal."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")  # without it the usual programs misread Chinese
    writer = csv.writer(response)
    writer.writerow([str(head) for head in heads])
    writer.writerows([[_harmless(str(cell)) for cell in row] for row in rows])
    return response


def _harmless(cell: str) -> str:
    # A program that opens the file must not take a cell for a formula.
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
