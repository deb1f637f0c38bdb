"""Benchmark of the CPU time of a request, for each transport to DynamoDB, for the same routes
written with standard libraries, and in the forms of other products: `python -m bench.cpu [rounds]`.

A separate process plays DynamoDB and responds at once. The result is the processor time of all
threads of this process, from the event to the response. The variants alternate, so that other load
on the machine affects all alike.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3.session
from botocore.session import Session, get_session

from bench import instant, results, translated
from bench.answers import PAGE, answers
from bench.events import CONTACT, Context, event
from outrider.kit import json
from outrider.kit.aws import clients as aws
from outrider.kit.aws.dynamodb_boto3 import Boto3DynamoDB
from outrider.kit.aws.dynamodb_http import HttpDynamoDB
from outrider.kit.aws.dynamodb_transport import DynamoDB

ROUNDS, CALLS, WARM_UP = 30, 40, 20
REQUESTS = {
    "create a contact": event("POST", "/v1/contacts", CONTACT),
    f"list {PAGE} contacts": event("GET", "/v1/contacts", query=f"limit={PAGE}"),
}
_FORMS = """\
Both make the same DynamoDB calls, except that OutreachPilot's form also reads the credits left,
once a second, and counts its lists for an exact total."""
Handler = Callable[[dict[str, Any], Any], Any]


def main(arguments: list[str]) -> int:
    rounds = int(arguments[0]) if arguments else ROUNDS
    with instant.running(answers()) as address:
        os.environ |= {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "POWERTOOLS_LOG_LEVEL": "WARNING",
            "KEYS_TABLE": "keys",
            "CONTACTS_TABLE": "contacts",
            "COMPANIES_TABLE": "companies",
            "LEADS_TABLE": "leads",
            "STACK_NAME": "outrider",
            "WORKFLOW_RUN_ARN": "arn",
            "MESSAGES_TABLE": "messages",
            "EVENTS_TABLE": "events",
            "CREDITS_TABLE": "credits",
            "CAMPAIGNS_TABLE": "campaigns",
            "ENROLLMENTS_TABLE": "enrollments",
            "WEBHOOKS_TABLE": "webhooks",
            "SECRETS_KEY_ID": "key",
            "CAMPAIGN_RUN_ARN": "arn",
            "STEPS_QUEUE_URL": "https://queue",
            "WEBHOOK_DELIVERIES_QUEUE_URL": "https://queue",
        }
        variants = _variants()
        spent = {request: _spent(variants, made, rounds) for request, made in REQUESTS.items()}
        of_forms = _forms(rounds)
    text = f"{_report(spent)}\n\n{translated.report(of_forms)}\n\n{_FORMS}"
    results.keep("CPU of a request", "python -m bench.cpu", text)
    return 0


def _variants() -> dict[str, Handler]:
    """Return the variants. They are imported here, because the environment must be set before."""
    from bench import stock  # noqa: PLC0415
    from functions.contacts.app import handler  # noqa: PLC0415

    store = stock.Store()
    return {
        "Outrider": _over(HttpDynamoDB(get_session()), handler),
        "Outrider over boto3's client": _over(_boto3(get_session()), handler),
        "Outrider over boto3's client, raw": _over(_boto3(_raw(get_session())), handler),
        "boto3, Powertools' validating resolver": stock.powertools(store),
        "boto3, FastAPI on Mangum": stock.fastapi_on_mangum(store),
    }


def _forms(rounds: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the microseconds of each request on `/v1` and in the form of another product."""
    transport, handlers = HttpDynamoDB(get_session()), translated.handlers()
    found = {}
    for (product, name), (native, other) in translated.REQUESTS.items():
        on_v1, in_form = (_over(transport, handler) for handler in handlers[product])
        spent = _spent({"/v1": _of(on_v1, native), "form": _of(in_form, other)}, native, rounds)
        found[product, name] = (spent["/v1"], spent["form"])
    return found


def _of(handler: Handler, request: dict[str, Any]) -> Handler:
    """Return a handler that is always called with this request."""
    return lambda _, context: handler(request, context)


def _over(transport: DynamoDB, handler: Handler) -> Handler:
    def over_transport(made: dict[str, Any], context: Any) -> Any:
        aws._made["dynamodb"] = transport
        return handler(made, context)

    return over_transport


def _boto3(session: Session) -> DynamoDB:
    """Return boto3's client as the product configures it, without parameter validation."""
    sdk = boto3.session.Session(botocore_session=session)
    return Boto3DynamoDB(sdk.client("dynamodb", config=aws._PER_SERVICE["dynamodb"]))


def _raw(session: Session) -> Session:
    """Make clients of the session return the JSON unchanged, without the service model."""
    session.register_component("response_parser_factory", _RawParser())
    return session


class _RawParser:
    """Replacement for botocore's response parser and its factory."""

    def set_parser_defaults(self, **_: Any) -> None: ...

    def create_parser(self, _: str) -> "_RawParser":
        return self

    def parse(self, response: dict[str, Any], _: Any) -> dict[str, Any]:
        metadata = {"HTTPStatusCode": response["status_code"]}
        return {**json.loads(response["body"]), "ResponseMetadata": metadata}


def _spent(variants: dict[str, Handler], made: dict[str, Any], rounds: int) -> dict[str, float]:
    """Return the median CPU time of a call of each variant, in microseconds."""
    seen: dict[str, list[float]] = {name: [] for name in variants}
    for handler in variants.values():
        _round(handler, made, WARM_UP)
    for _ in range(rounds):
        for name, handler in variants.items():
            seen[name].append(_round(handler, made, CALLS))
    return {name: statistics.median(each) for name, each in seen.items()}


def _round(handler: Handler, made: dict[str, Any], calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        answer = handler(made, Context())
        assert answer["statusCode"] in (200, 201), answer
    return (time.process_time() - started) / calls * 1_000_000


def _report(spent: dict[str, dict[str, float]]) -> str:
    rows = []
    for request, of_variants in spent.items():
        ours = of_variants["Outrider"]
        for name, microseconds in of_variants.items():
            rows.append([request, name, f"{microseconds:,.0f}", f"{microseconds / ours:.2f}"])
    return (
        results.table(["request", "written with", "µs of CPU", "times ours"], rows)
        + "\n\nEach request makes two DynamoDB calls, one for the key and one for the contacts,\n"
        "and a list of ours a third, for when each was last written to. A process of its own\n"
        "answers at once. Ours also counts two rate limits, refuses unknown fields and\n"
        "parameters, and carries the event in the item. Nobody writes log lines.\n\n"
        "boto3's client is made with `parameter_validation=False`. Raw: its parser is bypassed\n"
        "too; its serialiser, hooks, endpoint rules and signer are left. The last two of each\n"
        "request use boto3's resource."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
