"""The models of what events hold, against the catalogue and against the domains they tell of."""

from typing import Any, ClassVar, get_args

import pytest
from jsonschema import Draft202012Validator

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import EndState
from outrider.contacts.suppressions import models as suppressions
from outrider.events.catalogue import (
    NAMES,
    NEVER_BESIDE_A_CONTACT,
    NOT_SENT_YET,
    OF_NOBODY,
    EventName,
)
from outrider.events.envelope import Detail, WebhookPayload
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.events.payloads import PAYLOADS, enrollments, imports, mailboxes, replies
from outrider.events.payloads.base import Payload
from outrider.events.payloads.contacts import ContactSuppressedData
from outrider.events.payloads.messages import EmailBouncedData
from outrider.imports import models as importing
from outrider.kit import json, outbox
from outrider.mailboxes.models import HealthReason, HealthState
from outrider.messages.bounces.reasons import BounceKind, BounceReason
from outrider.sequences.models import ReplyClass
from outrider.webhooks.models import payload_of
from tools import events, openapi
from tools.events import FOLDER, example

every_event = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=lambda each: each.event)


def choices(annotation: Any) -> set[Any]:
    """The values of a Literal, or of a union of some."""
    found = [get_args(each) or [each] for each in get_args(annotation)]
    return {value for values in found for value in values} - {type(None)}


def recorded(name: EventName, mode: str = "live") -> RecordedEvent:
    partition = WorkspaceId("wsp_01jf3k9q2c8m5v7x0b4n6t1rwe" + ("~test" if mode == "test" else ""))
    event = outbox.event(
        name, partition=partition, actor="engine", request_id="", **example(PAYLOADS[name])["data"]
    )
    return RecordedEvent.of(event, FeedPosition(1, event.created_at))


class TestPayloads:
    def test_are_there_for_every_event_that_is_sent(self) -> None:
        assert set(PAYLOADS) == set(NAMES) - NOT_SENT_YET

    def test_name_a_contact_where_the_catalogue_says_so(self) -> None:
        of_nobody = {
            name for name, payload in PAYLOADS.items() if "contact_id" not in payload.model_fields
        }

        assert of_nobody == OF_NOBODY - NOT_SENT_YET

    def test_name_alone_what_the_catalogue_says_is_never_beside_a_contact(self) -> None:
        beside = {
            value.partition("_")[0]
            for name, payload in PAYLOADS.items()
            if name not in OF_NOBODY
            for value in example(payload)["data"].values()
            if isinstance(value, str)
        }

        assert beside & NEVER_BESIDE_A_CONTACT == set()

    @every_event
    def test_have_an_example_that_their_schema_takes(self, payload: type[Payload]) -> None:
        schema = json.loads((FOLDER / f"{payload.event}.json").read_text(encoding="utf-8"))

        Draft202012Validator.check_schema(schema)
        for given in schema["examples"]:
            Draft202012Validator(schema).validate(given)
            payload.model_validate(given["data"])

    @every_event
    def test_refuse_what_they_do_not_know(self, payload: type[Payload]) -> None:
        given = example(payload)
        given["data"]["surprise"] = 1

        assert not Draft202012Validator(events.event_schema(payload)).is_valid(given)


class TestChoices:
    """Events live below the domains they tell of, so what these may say stands there twice."""

    PAIRS: ClassVar[list[tuple[Any, Any]]] = [
        (replies.ReplyClass, ReplyClass),
        (mailboxes.Health, HealthState),
        (mailboxes.HealthReason, HealthReason),
        (imports.Kind, importing.Kind),
        (EmailBouncedData.model_fields["bounce"].annotation, BounceKind),
        (EmailBouncedData.model_fields["reason"].annotation, BounceReason),
        (ContactSuppressedData.model_fields["kind"].annotation, suppressions.Kind),
        (ContactSuppressedData.model_fields["reason"].annotation, suppressions.Reason),
    ]

    @pytest.mark.parametrize(("told", "known"), PAIRS)
    def test_are_those_of_the_domain(self, told: Any, known: Any) -> None:
        assert choices(told) == choices(known)

    def test_of_ends_are_two_events(self) -> None:
        known: Any = EndState
        finished = enrollments.EnrollmentFinishedData.model_fields["status"].annotation

        assert choices(finished) | {"failed"} == choices(known)


class TestEnvelope:
    @pytest.mark.parametrize("mode", ["live", "test"])
    def test_on_the_bus_is_the_recorded_event(self, mode: str) -> None:
        event = recorded("contact.created", mode)

        Detail.model_validate_json(json.dumps(event.model_dump()))

    def test_of_a_webhook_has_four_fields_less(self) -> None:
        WebhookPayload.model_validate_json(payload_of(recorded("contact.created")))

        extra = Detail.model_fields.keys() - WebhookPayload.model_fields.keys()
        assert extra == {"recorded_at", "mode", "actor", "request_id"}

    def test_is_what_the_schema_of_each_event_takes_either_way(self) -> None:
        event = recorded("email.opened")
        schema = Draft202012Validator(events.event_schema(PAYLOADS["email.opened"]))

        schema.validate(event.model_dump(mode="json"))
        schema.validate(json.loads(payload_of(event)))


def required(payload: type[Payload]) -> bool:
    return any(field.is_required() for field in payload.model_fields.values())


class TestOpenApi:
    def test_has_each_event_as_a_webhook_takes_it(self) -> None:
        document = openapi.document()

        assert set(document["webhooks"]) == set(PAYLOADS)
        for name, operations in document["webhooks"].items():
            (content,) = operations["post"]["requestBody"]["content"].values()
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(json.loads(payload_of(recorded(name))))
            wrong = [{"surprise": 1}, *([{}] if required(PAYLOADS[name]) else [])]
            for data in wrong:
                assert not Draft202012Validator(schema).is_valid(
                    {**content["example"], "data": data}
                )
