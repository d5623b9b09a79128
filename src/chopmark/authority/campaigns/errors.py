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


class CertificateLineMalformed(Refusal):
    """A line is a serial number, or the SHA-256 of a public key, in hexadecimal."""

    code = "hex_line_malformed"


class SerialOfSeveral(Refusal):
    """Several issuers have a certificate of this serial number, and none of them is named."""

    code = "serial_of_several"


class ChunkAlreadyRevoked(Refusal):
    """Another worker did it meanwhile."""

    code = "chunk_already_revoked"


class EverythingMatches(Refusal):
    """A campaign that says nothing of which certificates is about all there are: nobody means that."""

    code = "campaign_of_everything"


class RecordNotMatched(Refusal):
    """The record has no certificate that is to be replaced."""

    code = "record_not_matched"


class ReplacementDayPassed(Refusal):
    """Certificates are to be replaced by a day that is to come."""

    code = "replacement_day_passed"


class HoldersCannotAnswer(Refusal):
    """Certificates are to be accepted at the portal, and `count` of their holders cannot sign in there."""

    code = "holders_cannot_answer"


class NoticesOutlastAnswers(Refusal):
    """The last holders would be told to answer when the days for that are over."""

    code = "notices_outlast_answers"


class CardHeaderMalformed(Refusal):
    """The file of a card bureau does not begin as it must; `name` says with which line."""

    code = "card_header_malformed"


class CardCountWrong(Refusal):
    """The file has another number of lines than its header says: some are lost, or too many."""

    code = "card_count_wrong"


class CardFileAltered(Refusal):
    """The file's lines are not those that its header's digest is of."""

    code = "card_file_altered"


class CardLineMalformed(Refusal):
    """A line is a request's number, a record's identifier and, if the chip made its key, that key in base64."""

    code = "card_line_malformed"


class CardBatchRepeated(Refusal):
    """This bureau's batch of this number was planned already."""

    code = "card_batch_repeated"


class CardRequestsChanged(Refusal):
    """What stands in the tables is not what the bureau sent and operators approved."""

    code = "card_requests_changed"


class CardsNotRequested(Refusal):
    """The campaign was not planned from a card bureau's requests."""

    code = "cards_not_requested"


class CardsNotReady(Refusal):
    """The campaign is not finished, a key is not sealed yet, or a leaf of either is not under a checkpoint."""

    code = "cards_not_ready"


class CardsAcknowledged(Refusal):
    """The bureau has the response, and our copies of the keys in it are destroyed."""

    code = "cards_acknowledged"


class ResponseUnknown(Refusal):
    """No response of this digest was written."""

    code = "card_response_unknown"


class TransportCertificateUnfit(Refusal):
    """Keys of ours leave sealed to a bureau's certificate of an RSA key, in force, for that purpose; `rule` says what fails."""

    code = "transport_certificate_unfit"
