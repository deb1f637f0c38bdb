"""The feed: each change recorded once, without gaps, and published."""

from tests.mutations.mutation import Change, Mutation

_RECORDING = "events/feed/recording.py"
_RELAY = "tests/integration/test_relay.py"
_TWO = f"{_RELAY}::TestRelay::test_records_once_what_two_relays_were_given"
_FASTER = f"{_RELAY}::TestRelay::test_looks_again_when_another_relay_was_faster"
_EXPIRED = f"{_RELAY}::TestRelay::test_rises_on_when_all_events_have_expired"
_AGAIN = f"{_RELAY}::TestRelay::test_publishes_again_with_the_same_id_what_comes_again"
_DIES = f"{_RELAY}::TestRelay::test_loses_and_repeats_nothing_wherever_it_dies"

_COUNTED = (
    "tests/integration/test_marks.py::TestMarks::test_are_counted_once_wherever_the_relay_dies"
)
_COUNTING = (
    "*self.counting(self.workspace, [each for change in changes for each in change.counts]),"
)
_LOOKS = "end = self._end()\n                known = self._known(changes)\n"

MUTATIONS = [
    Mutation(
        "batch put over another one",
        (_FASTER,),
        (
            Change(
                _RECORDING,
                'self.table.put_action(batch.to_item(), "attribute_not_exists(#pk)"),',
                "self.table.put_action(batch.to_item()),",
            ),
        ),
    ),
    Mutation(
        "first batch put over another one",
        (_FASTER,),
        (
            Change(
                _RECORDING,
                'self.table.put_action(batch.to_item(), "attribute_not_exists(#pk)"),',
                "self.table.put_action(batch.to_item()),",
            ),
            Change(
                _RECORDING,
                'yield self.table.put_action(item, "attribute_not_exists(#pk)")',
                "yield self.table.put_action(item)",
            ),
        ),
        covered_by="the first batch of a feed makes its ceiling",
    ),
    Mutation(
        "batch without a receipt",
        (_AGAIN,),
        (Change(_RECORDING, "self.table.put_action(self._receipt(batch, changes)),", ""),),
    ),
    Mutation(
        "receipts that nobody looks at",
        (_AGAIN,),
        (
            Change(
                _RECORDING,
                "new = [change for change in changes if _hash(change) not in known]",
                "new = list(changes)",
            ),
        ),
    ),
    Mutation(
        "receipts read before the end of the feed",
        (_TWO,),
        (
            Change(
                _RECORDING,
                _LOOKS,
                "known = self._known(changes)\n                end = self._end()\n",
            ),
        ),
    ),
    Mutation(
        "recorded before and not published again",
        (_AGAIN, _DIES),
        (
            Change(
                _RECORDING,
                "return [*self._batches(set(known.values())), *appended]",
                "return appended",
            ),
        ),
    ),
    Mutation(
        "events of the change before told again",
        (f"{_RELAY}::TestRelay::test_skips_events_of_the_change_before",),
        (Change("events/feed/relay.py", "if event.id not in before)", "if event.id or before)"),),
    ),
    Mutation(
        "feed that goes back in time",
        (f"{_RELAY}::TestRelay::test_never_goes_back_in_time",),
        (
            Change(
                _RECORDING,
                "recorded_at = max(clock.timestamp(), end.place.recorded_at)",
                "recorded_at = clock.timestamp()",
            ),
        ),
    ),
    Mutation(
        "sequence that begins anew when all has expired",
        (_EXPIRED,),
        (
            Change(
                _RECORDING,
                "return _End(FeedPosition(ceiling, clock.to_text(now)), ceiling)",
                "return _End(FeedPosition(0, clock.to_text(now)), ceiling)",
            ),
        ),
    ),
    Mutation(
        "ceiling that is not raised",
        (_EXPIRED,),
        (Change(_RECORDING, "            *self._raise_ceiling_actions(end, batch),\n", ""),),
    ),
    Mutation(
        "events recorded and not counted",
        (_COUNTED,),
        (Change(_RECORDING, _COUNTING, ""),),
    ),
    Mutation(
        "events counted before they are recorded",
        (_COUNTED,),
        (
            Change(
                _RECORDING,
                "        transact(\n            self.table.put_action(batch.to_item()",
                "        counted = self.counting(\n"
                "            self.workspace,\n"
                "            [each for change in changes for each in change.counts],\n"
                "        )\n"
                "        if counted:\n"
                "            transact(*counted)\n"
                "        transact(\n            self.table.put_action(batch.to_item()",
            ),
            Change(_RECORDING, _COUNTING, ""),
        ),
    ),
]
