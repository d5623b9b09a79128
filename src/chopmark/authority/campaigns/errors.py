"""Why a campaign is not planned, approved, run or signed."""

from chopmark.pki.refusals import Refusal


class CampaignUnknown(Refusal):
    code = "campaign_unknown"


class CampaignEmpty(Refusal):
    """A file without lines is no campaign."""

    code = "campaign_empty"


class CampaignFaulty(Refusal):
    """Lines of the file cannot be used; they are named by number, with the reason, and nothing was written."""

    code = "campaign_faulty"

    def __init__(self, faults: "list[tuple[int, str]]") -> None:
        self.faults = faults
        super().__init__(count=len(faults))


class ChunkMalformed(Refusal):
    code = "chunk_malformed"


class CampaignNotApproved(Refusal):
    """Fewer operators than the pack asks for have agreed to this very campaign."""

    code = "campaign_not_approved"


class AlreadyApproved(Refusal):
    """Each operator agrees once."""

    code = "campaign_already_approved"


class CampaignMoved(Refusal):
    """The campaign is not in a state from which this can be done."""

    code = "campaign_moved"


class AnotherDigest(Refusal):
    """The campaign is not what the approver has read: its digest is another one."""

    code = "campaign_another_digest"


class CampaignNotProven(Refusal):
    """The signer does not find behind a chunk what must stand there; `rule` says what is missing."""

    code = "campaign_not_proven"


class LineMalformed(Refusal):
    """A line is a record's identifier, a comma, and the key or request in base64."""

    code = "line_malformed"


class LineRepeated(Refusal):
    """The record, or the key, stands in another line too."""

    code = "line_repeated"
