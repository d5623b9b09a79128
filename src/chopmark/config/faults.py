"""What can be wrong with an installation, said with its remedy, before anything is half started."""


class Fault(Exception):
    """Something about this machine or this home must be put right by a person; `remedy` is what to do."""

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}\n  remedy: {remedy}" if remedy else what)
