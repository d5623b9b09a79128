"""Why a free period is not given."""

from chopmark.pki.refusals import Refusal


class CohortOpen(Refusal):
    """A cohort has an end: a day before which its certificates began, or the campaign that made them. Else it is a tariff."""

    code = "cohort_open"


class CohortNotARule(Refusal):
    """A cohort is asked for by what stands in a certificate's row for good, in whole days; not by keys, nor by a file."""

    code = "cohort_not_a_rule"


class PeriodNotLonger(Refusal):
    """No certificate of the cohort would have a longer period than it has."""

    code = "period_not_longer"


class PeriodShortened(Refusal):
    """An earlier decision gave some of these certificates more: what holders have is never taken back."""

    code = "period_shortened"
