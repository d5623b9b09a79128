"""What the verifier says to people, in English and 繁體中文; programs read the codes."""

from chopmark.verifier.certificates import Search
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.log import Report

ENGLISH, CHINESE = "en", "zh-hant"

_FAULTS: dict[FaultCode, tuple[str, str]] = {
    FaultCode.CHECKPOINT_MISSING: ("There is no checkpoint.", "沒有檢查點。"),
    FaultCode.CHECKPOINT_NOT_BELIEVED: (
        "The checkpoint is not one that this key signed ({why}).",
        "檢查點並非由此密鑰簽署（{why}）。",
    ),
    FaultCode.KEPT_CHECKPOINT_NOT_BELIEVED: (
        "The checkpoint given with --since is not one that this key signed ({why}).",
        "以 --since 提供的檢查點並非由此密鑰簽署（{why}）。",
    ),
    FaultCode.UNREADABLE: ("{path} could not be read ({why}).", "無法讀取 {path}（{why}）。"),
    FaultCode.BUNDLE_MISSING: (
        "Entries {first} to {last} are missing: there is no {path}.",
        "第 {first} 至 {last} 項記錄缺失：沒有 {path}。",
    ),
    FaultCode.BUNDLE_MALFORMED: (
        "Entry {first} cannot be read, or should not be there, in {path}.",
        "{path} 內第 {first} 項記錄無法讀取，或不應存在。",
    ),
    FaultCode.ENTRY_DIFFERS: (
        "Entry {first} in {path} is not the one that its tile holds the hash of.",
        "{path} 內第 {first} 項記錄與其雜湊值不符。",
    ),
    FaultCode.ENTRY_MALFORMED: (
        "Entry {first} in {path} is not written as a leaf of this log must be ({why}).",
        "{path} 內第 {first} 項記錄的寫法不合規格（{why}）。",
    ),
    FaultCode.TILE_MISSING: (
        "The hashes over entries {first} to {last} are missing: there is no {path}.",
        "第 {first} 至 {last} 項記錄的雜湊值缺失：沒有 {path}。",
    ),
    FaultCode.TILE_MALFORMED: (
        "{path} has not the length it should have; it goes wrong at entry {first}.",
        "{path} 長度不符，由第 {first} 項記錄起出錯。",
    ),
    FaultCode.TILE_DIFFERS: (
        "{path} does not hold the hash that entries {first} to {last} make.",
        "{path} 所載與第 {first} 至 {last} 項記錄算出的雜湊值不符。",
    ),
    FaultCode.ROOT_DIFFERS: (
        "The entries make another tree than the one that was signed; the change is among entries {first} to {last}.",
        "各項記錄算出的樹與已簽署者不同；改動在第 {first} 至 {last} 項之間。",
    ),
    FaultCode.HISTORY_REWRITTEN: (
        "The log does not continue a checkpoint that was kept; the change is among entries {first} to {last}.",
        "記錄並非由所保存的檢查點延續；改動在第 {first} 至 {last} 項之間。",
    ),
    FaultCode.LOG_SHRANK: (
        "The log is shorter than a checkpoint that was kept: entries {first} to {last} are gone.",
        "記錄比所保存的檢查點短：第 {first} 至 {last} 項已不見。",
    ),
    FaultCode.QUORUM_MISSING: (
        "The checkpoint is signed, and too few of the witnesses that were named have cosigned it.",
        "檢查點已簽署，但指定的見證人當中副署者不足。",
    ),
    FaultCode.ENTRY_BEYOND_LOG: (
        "There is no entry {first}: the log has {last}.",
        "沒有第 {first} 項記錄：記錄共 {last} 項。",
    ),
    FaultCode.ENTRY_NOT_PROVED: (
        "The tiles do not lead from entry {first} to the signed root ({why}).",
        "由第 {first} 項記錄無法推算至已簽署的樹根（{why}）。",
    ),
}


def sentence(fault: Fault, language: str) -> str:
    words = _FAULTS[fault.code][language == CHINESE]
    return words.format(path=fault.path, first=fault.first, last=fault.last, why=fault.why)


def summary(report: Report, language: str) -> str:
    root = report.root_hash.hex()
    if language == CHINESE:
        kept = f"，並延續 {len(report.kept)} 個所保存的檢查點" if report.kept else ""
        cosigned = f"，由 {'、'.join(report.cosigned_by)} 副署" if report.cosigned_by else ""
        return (
            f"無誤：{report.origin} 共 {report.size} 項記錄，{report.tiles} 塊，樹根 {root}{kept}{cosigned}。"
        )
    kept = f", continuing {len(report.kept)} kept checkpoint(s)" if report.kept else ""
    cosigned = f", cosigned by {', '.join(report.cosigned_by)}" if report.cosigned_by else ""
    return f"In order: {report.origin}, {report.size} entries, {report.tiles} tiles, root {root}{kept}{cosigned}."


def search_result(search: Search, language: str) -> str:
    """What a whole log said of one certificate."""
    if search.found_at is not None:
        words = "Entry {at} says that this certificate was issued.", "第 {at} 項記錄載明此證書已簽發。"
        return words[language == CHINESE].format(at=search.found_at)
    if search.same_number_at is not None:
        words = (
            "This certificate was made elsewhere: entry {at} is of another one with the same serial number.",
            "此證書並非由此簽發：第 {at} 項記錄的證書編號相同，但屬另一張證書。",
        )
        return words[language == CHINESE].format(at=search.same_number_at)
    words = (
        "This certificate was made elsewhere: no entry of the log says that it was issued.",
        "此證書並非由此簽發：記錄內沒有任何一項載明其簽發。",
    )
    return words[language == CHINESE]
