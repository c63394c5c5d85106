"""The rows of views that a batch holds: of every view, of the facts that it asks for."""

from dataclasses import replace

from kit_tally import TALLIES, TALLY, Added, add, cause

from inkoop_kit.batch import Batch, codecs


def test_every_view_gets_its_rows_of_the_facts_that_it_asks_for() -> None:
    some = replace(TALLIES, name="some", only=(Added,))
    none = replace(TALLIES, name="none", only=(str,))
    batch = Batch(codecs([TALLY]), [TALLIES, some, none])
    batch.decide(add("a", 5), cause(), {})
    assert batch.rows.keys() == {"tallies", "some"}
    assert batch.rows["some"] == batch.rows["tallies"] != {}
