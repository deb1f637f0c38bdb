import pytest

from outrider.kit.aws.attributes import Changes, changes
from outrider.kit.aws.dynamodb import Table


def test_set_keep_add_and_remove() -> None:
    given = {"status": "done", "lease": None}

    assert changes(
        set=given, keep={"at": "now"}, add={"version": 1}, remove=["_events"]
    ) == Changes(
        "SET #status = :status, #at = if_not_exists(#at, :at) REMOVE #_events, #lease"
        " ADD #version :version",
        {"status": "done", "at": "now", "version": 1},
    )


@pytest.mark.parametrize(
    ("update", "expression"),
    [
        (changes(set={"a": 0, "b": ""}), "SET #a = :a, #b = :b"),
        (changes(add={"a": -1, "b": 0}), "ADD #a :a"),
        (changes(set={"a": None}), "REMOVE #a"),
        (changes(remove=["in_flight.#one"]), "REMOVE #in_flight.#one"),
    ],
)
def test_name_no_clause_in_vain(update: Changes, expression: str) -> None:
    assert update.text == expression


def test_refuse_a_value_of_the_condition_that_is_one_of_the_update() -> None:
    table, update = Table("t"), changes(set={"status": 1})

    with pytest.raises(TypeError, match="status"):
        table.write(table.update_action("p", "s", update, "#status = :status", status=0))
