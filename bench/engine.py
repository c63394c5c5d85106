"""The engine in this process, without Kafka: makes histories, a batch at a time."""

from collections.abc import Iterable
from itertools import islice

from bench.messages import Publishers
from inkoop_kit.batch import codecs
from inkoop_kit.hearing import Hearing, Recalled
from inkoop_kit.holding import Holding
from inkoop_kit.lanes import LANES
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.reading import Reading
from inkoop_kit.store import Written
from inkoop_kit.telling import Outgoing
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.inbound.events import subscriptions
from inkoop_matching.main import read_policies
from inkoop_matching.views.cases import CASES
from inkoop_matching.views.decisions import DECISIONS

VIEWS = (DECISIONS, CASES)
_CLUSTER = "bench"


class Engine:
    """Matching over a store of its own."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        reading = Reading(
            Hearing(subscriptions(Matching(read_policies(None)))), codecs([CASE]), VIEWS
        )
        self._holding = Holding(reading, 100_000)
        pairs = [(topic, lane) for topic in self._holding.topics for lane in range(LANES)]
        self._holding.take_over(store.positions(pairs, _CLUSTER), {})
        self._offsets = dict.fromkeys(pairs, 0)
        self.publishers = Publishers()

    def carry_out(self, messages: Iterable[Outgoing]) -> int:
        """Decide on these and store what follows, 1,000 a batch; the number of facts."""
        facts, left = 0, iter(messages)
        while page := list(islice(left, 1000)):
            heard = self._holding.hear(map(self._arrived, page))
            self._holding.learn(self._store.load(self._holding.missing(heard)))
            batch, _ = self._holding.decide(heard)
            verdict = self._store.write(batch)
            if not isinstance(verdict, Written):
                raise RuntimeError(f"not written: {verdict}")  # noqa: TRY004 — not a type of ours
            facts += len(batch.facts)
        return facts

    def _arrived(self, one: Outgoing) -> Recalled:
        place = (one.topic, one.partition)
        offset = self._offsets[place]
        self._offsets[place] += 1
        return Recalled(one.topic, one.partition, offset, one.key, one.value, one.headers)
