"""The API does what its document says, for made up requests that are the same in every run.

`make fuzz` asks for more, and for others each time.
"""

from tests.fuzz.run import fuzz


class TestDocument:
    def test_is_what_the_api_does_for_every_operation(self) -> None:
        found = fuzz(seed=42, examples=1, phases=("fuzzing",))

        assert found.holds, found.said()
