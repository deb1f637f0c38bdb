"""Settings of each function: what it declares, what template.yaml gives it, and what its role
allows agree. tests/harness/functions.py hides from a function what it does not declare."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from outrider.kit.settings import Environment, Misconfigured, Setting, needs, settings
from tests.harness.functions import required
from tools import templates

FUNCTIONS = {function.name: function for function in templates.functions()}
VARIABLES = {each.name: each for each in vars(Environment).values() if isinstance(each, Setting)}
OF_ARN = {
    "TableArn": "TableName",
    "BucketArn": "BucketName",
    "QueueArn": "QueueUrl",
    "BusArn": "BusName",
    "KeyArn": "KeyId",
}
"""What a role allows is named by its ARN, what is called by another output."""
FOR_FILES = "SECRETS_KEY_ID"
OF_STREAMS = {
    name for name, each in FUNCTIONS.items() if any(e.kind == "DynamoDB" for e in each.events)
}
"""Lambda uses the key in the role of a reader of streams, for what it puts into the bucket."""


def shared() -> dict[str, Any]:
    given: dict[str, Any] = templates.main()["Globals"]["Function"]["Environment"]["Variables"]
    return given


def own(name: str) -> dict[str, Any]:
    """But for what Powertools reads."""
    given = FUNCTIONS[name].properties.get("Environment", {}).get("Variables", {})
    return {each: value for each, value in given.items() if not each.startswith("POWERTOOLS_")}


def declared(name: str) -> set[str]:
    handler = importlib.import_module(f"functions.{name}.app").handler
    return {each.name for each in getattr(handler, "needs", ())}


def references(value: Any) -> Iterator[str]:
    """What a value of the template names, as `Data.Outputs.KeysTableName` or `CampaignRun`."""
    match value:
        case {"Fn::GetAtt": parts}:
            yield ".".join(parts)
        case {"Ref": name}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{([\w.]+)\}", text)
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def allowed(name: str) -> set[str]:
    """The variables of all resources that a function's role names."""
    found = {
        each
        for statement in templates.statements(FUNCTIONS[name])
        if statement["Effect"] == "Allow"
        for each in references(statement)
    }
    named = {re.sub("|".join(OF_ARN), lambda part: OF_ARN[part[0]], each) for each in found}
    return {each.name for each in required() if each.source in named}


@pytest.mark.parametrize("name", FUNCTIONS)
class TestFunction:
    def test_is_given_what_it_declares(self, name: str) -> None:
        assert declared(name) <= shared().keys() | own(name).keys()

    def test_declares_what_its_role_allows(self, name: str) -> None:
        assert allowed(name) - declared(name) <= ({FOR_FILES} if name in OF_STREAMS else set())

    def test_reads_what_is_given_to_it_alone(self, name: str) -> None:
        assert own(name).keys() <= VARIABLES.keys()
        assert {each for each in own(name) if VARIABLES[each].source} <= declared(name)


class TestTemplate:
    def test_gives_to_all_only_what_some_read(self) -> None:
        read = set().union(*map(declared, FUNCTIONS))
        for name in shared():
            assert name in read or not VARIABLES[name].source, name

    def test_gives_what_errors_say_it_gives(self) -> None:
        given = [shared(), *map(own, FUNCTIONS)]
        for each in required():
            values = [environment[each.name] for environment in given if each.name in environment]
            assert values, each.name
            assert all(set(references(value)) == {each.source} for value in values), each.name


class TestNeeds:
    def test_names_all_that_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        called: list[Any] = []
        handler = needs(Environment.keys_table, Environment.steps_queue_url, Environment.bus_name)(
            lambda event, context: called.append(event)
        )
        monkeypatch.setattr(settings(), "environment", {"BUS_NAME": "bus"})

        with pytest.raises(Misconfigured) as failure:
            handler({}, None)
        assert str(failure.value).splitlines() == [
            "The environment variable KEYS_TABLE is not set: template.yaml gives it "
            "Data.Outputs.KeysTableName in the Environment of the function",
            "The environment variable STEPS_QUEUE_URL is not set: template.yaml gives it "
            "Messaging.Outputs.StepsQueueUrl in the Environment of the function",
        ]
        assert called == []

    @pytest.mark.parametrize(
        ("name", "text", "says"),
        [
            ("stage", "production", "STAGE is wrong: 'production' is none of local, test"),
            ("smtp_places", "many", "SMTP_PLACES is wrong"),
            ("contacts_table", "", "CONTACTS_TABLE is not set"),
        ],
    )
    def test_says_what_is_wrong(self, name: str, text: str, says: str) -> None:
        with pytest.raises(Misconfigured, match=says):
            getattr(Environment({name.upper(): text}), name)

    def test_has_types(self) -> None:
        given = Environment({"STAGE": "Local", "SMTP_PLACES": "5"})

        assert (given.stage, given.smtp_places, given.public_url) == ("local", 5, "")
