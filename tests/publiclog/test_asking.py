"""What public logs do alike, over rows in memory: no framework and no database stands behind it."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chopmark.pki.tlog.merkle import RightEdge, leaf_hash
from chopmark.pki.tlog.tiles import WIDTH
from chopmark.publiclog.asking import Asker
from chopmark.publiclog.errors import LeafAltered, PositionsHaveGap
from chopmark.publiclog.heads import Head
from chopmark.publiclog.tree import Tree
from chopmark.publiclog.witnesses import Watch
from verifier.witness.loghouse import AskingLog
from watching import Watching

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
LOG = AskingLog()


class Rows:
    """The entries of `AskingLog`, as a side's tables would give them."""

    def __init__(self, size):
        self.entries = [b"%d " % at for at in range(size)]
        self.hashes = LOG.hashes(size)

    def leaves(self, start, end):
        kept = list(zip(range(len(self.entries)), self.entries, self.hashes, strict=True))
        return kept[start:end]

    def full_tiles(self, level, start, end):
        assert level == 0
        return [
            RightEdge().append(self.hashes[at * WIDTH : (at + 1) * WIDTH]).root() for at in range(start, end)
        ]


class Book:
    """Heads and lines in dictionaries."""

    def __init__(self):
        self.heads, self.kept, self.away, self.refusals = {}, {}, [], []

    def sign(self, size, at=NOON):
        self.heads[size] = Head(
            size=size, root_hash=LOG.root(size), right_edge=b"", note=LOG.checkpoint(size), signed_at=at
        )

    def at(self, size):
        return self.heads.get(size)

    def newest(self):
        return self.heads[max(self.heads)] if self.heads else None

    def first_beyond(self, size):
        return next((self.heads[one] for one in sorted(self.heads) if one > size), None)

    def cosigned(self, witnesses, number, most):
        counted = {size: sum((size, one) in self.kept for one in witnesses) for size in self.heads}
        return sorted((size for size in counted if counted[size] >= number), reverse=True)[:most]

    def lines(self, size, witnesses):
        return [self.kept[size, one] for one in witnesses if (size, one) in self.kept]

    def last_cosigned(self, witness):
        return max((size for size, one in self.kept if one == witness), default=0)

    def keep(self, size, witness, line, now):
        self.kept[size, witness] = line

    def is_away(self, witness, why):
        self.away.append((witness.key.name, why))

    def refused(self, witness, after_size, code, now):
        self.refusals.append((witness.key.name, after_size, code))


@pytest.fixture
def book():
    return Book()


@pytest.fixture
def watching(tmp_path):
    return Watching(tmp_path, LOG.key)


def ask(book, watching, post=None):
    asker = Asker(book=book, tree=Tree(Rows(1000)), post=post or watching.post)
    return asker.ask_all(watching.configured(), now=NOON)


def watch(book, watching, quorum):
    return Watch(book=book, witnesses=watching.configured(), quorum=quorum)


def test_it_works(book, watching):
    for size in (3, 300, 700):
        book.sign(size)
        assert ask(book, watching) == 2
    assert watch(book, watching, 2).newest().size == 700
    assert [old for _, old in watching.asked] == [0, 0, 3, 3, 300, 300]
    assert not book.refusals and not book.away


def test_a_log_without_a_head_asks_nobody(book, watching):
    assert ask(book, watching) == 0 and not watching.asked
    assert watch(book, watching, 0).newest() is None


def test_a_witness_that_was_asked_a_fork_refuses_it(book, watching):
    book.sign(3)
    ask(book, watching)
    book.heads[5] = Head(
        size=5, root_hash=LOG.root(5, 1), right_edge=b"", note=LOG.checkpoint(5, 1), signed_at=NOON
    )
    assert ask(book, watching) == 0
    assert book.refusals == [(f"witness.example/{name}", 3, "status_422") for name in ("one", "two")]
    assert watch(book, watching, 1).newest().size == 3


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_witness_in_trouble_is_away_and_refuses_nothing(book, watching, status):
    book.sign(3)
    assert ask(book, watching, lambda url, body: (status, b"")) == 0
    assert not book.refusals and len(book.away) == 2


@pytest.mark.parametrize("body", [b"", b"3", b"99", b"-1", b"1e9", b"9" * 30, "３".encode()])
def test_a_conflict_at_a_size_that_we_never_signed_beyond_what_we_know_is_a_refusal(book, watching, body):
    book.sign(3)
    ask(book, watching)
    book.sign(7)
    assert ask(book, watching, lambda url, _: (409, body)) == 0
    assert {code for _, _, code in book.refusals} == {"status_409"}


def test_one_that_hangs_does_not_keep_the_other_from_answering(book, watching):
    def post(url, body):
        if url == "one":
            raise httpx.ReadTimeout("hangs")
        return watching.post(url, body)

    book.sign(3)
    assert ask(book, watching, post) == 1
    assert book.away == [("witness.example/one", "ReadTimeout")]


def test_they_are_late_when_the_first_head_beyond_the_quorum_has_waited(book, watching):
    late = watch(book, watching, 1).are_late
    book.sign(3)
    assert late(now=NOON + 31 * A_MINUTE, patience=30 * A_MINUTE)
    ask(book, watching)
    assert not late(now=NOON + 31 * A_MINUTE, patience=30 * A_MINUTE)
    book.sign(5, NOON + 20 * A_MINUTE)
    book.sign(9, NOON + 60 * A_MINUTE)
    assert not late(now=NOON + 49 * A_MINUTE, patience=30 * A_MINUTE)
    assert late(now=NOON + 51 * A_MINUTE, patience=30 * A_MINUTE)


def test_a_leaf_that_is_altered_or_missing_is_refused():
    rows = Rows(10)
    rows.entries[4] = b"another"
    with pytest.raises(LeafAltered):
        Tree(rows).leaves(0, 10)
    assert Tree(rows).leaves(5, 10)[0].leaf_hash == leaf_hash(b"5 ")
    with pytest.raises(PositionsHaveGap):
        Tree(rows).leaves(5, 11)
