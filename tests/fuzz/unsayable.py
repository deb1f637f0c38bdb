"""What JSON Schema cannot say of requests, in one place: there the fuzzer expects refusals.

Whatever a schema can say belongs into the schema (see `outrider/kit/http/json_schema.py`).
Each rule has a request that the document allows and the product refuses for it alone, which
`test_unsayable.py` makes. Both sides of the fuzzer read this: it imports nothing of ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a list of resources, or to the product's own `path`; `after` another one."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    after: "Request | None" = None
    described: str = ""
    """The path as the document has it, if that has parameters."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`at` and `says` are patterns: of the violation's pointer, from its beginning, and of its
    detail. `why` says what is beyond a schema."""

    name: str
    says: str
    why: str
    refused: Request
    at: str = ""


CONTACTS, COMPANIES, SEQUENCES = "/v1/contacts", "/v1/companies", "/v1/sequences"
STEP = {"channel": "email", "wait_days": 0, "subject": "Hi", "text": "Hi"}

RULES = (
    Rule(
        "whole number",
        " must be a whole number, not ",
        "To JSON Schema 5.0 is an integer; we take whole numbers without a fraction only",
        Request("POST", COMPANIES, {"name": "Acme", "founded": 1999.0}),
    ),
    Rule(
        "address",
        " is not an email address: ",
        "What is an address (RFC 5321, IDNA, the special-use names of IANA) is no regular language",
        Request("POST", CONTACTS, {"email": "ada@router.local"}),
        r"/(query/)?(email|to|address)$",
    ),
    Rule(
        "order of stages",
        "The order of stages is research, qualify, contact, each once at most",
        "Clients made from an array of an enumeration of arrays cannot be read",
        Request("POST", "/v1/workflows", {"name": "A", "stages": ["contact", "research"]}),
        r"/stages$",
    ),
    Rule(
        "domain",
        "is not the domain of an email address",
        "A domain has a dot, a label that IDNA allows, and no special-use name",
        Request("POST", COMPANIES, {"domain": "localhost"}),
    ),
    Rule(
        "web address",
        "^not a web address|web address|^This is not a URL",
        "What a URL may hold is said by a parser, not by a pattern",
        Request("POST", COMPANIES, {"website": "https://"}),
    ),
    Rule(
        "base URL",
        "the operator of this stack lists what is allowed",
        "What is allowed differs from stack to stack",
        Request(
            "PUT",
            "/v1/llm-providers/openai",
            {"api_key": "sk-0123456789", "base_url": "https://elsewhere.example/v1"},
            described="/v1/llm-providers/{provider}",
        ),
        r"/base_url$",
    ),
    Rule(
        "host in numbers",
        "is not an IP address in its usual form$",
        "Resolvers read many numbers as an address; a pattern of the one form is a parser",
        Request(
            "POST",
            "/v1/mailboxes",
            {
                "kind": "smtp",
                "email": "ada@example.com",
                "smtp": {"host": "010.0.0.1", "username": "ada", "password": "secret"},
            },
        ),
        r"/smtp/host$",
    ),
    Rule(
        "company's name",
        "^A company needs a name or a domain$",
        "A website stands for its domain, unless it is shared or anybody's",
        Request("POST", COMPANIES, {"website": "https://github.com"}),
    ),
    Rule(
        "name without spaces around it",
        " must not be empty$",
        "Spaces around it are taken off first",
        Request("POST", COMPANIES, {"name": " "}),
        r"/name$",
    ),
    Rule(
        "time zone",
        "is not a time zone of the IANA database",
        "Its names are hundreds, and change",
        Request("POST", CONTACTS, {"email": "ada@example.com", "timezone": "Europe/Atlantis"}),
    ),
    Rule(
        "moment",
        "is not a date and time with a time zone",
        "Its offset leads out of the years 1 to 9999",
        Request("GET", CONTACTS, query={"created_after": "0001-01-01T00:00:00+23:59"}),
    ),
    Rule(
        "span",
        "^The range from |days after since|later than `from`",
        "A schema compares no two fields",
        Request("GET", "/v1/account/usage", query={"since": "2026-03-02", "until": "2026-03-01"}),
    ),
    Rule(
        "present",
        "expires_at must be in the future|expires_at may be at most 10 years from now"
        "|^start_at must be within 366 days|^since must be before now",
        "A schema knows no present",
        Request(
            "POST",
            "/v1/api-keys",
            {"name": "CI", "role": "viewer", "expires_at": "2001-01-01T00:00:00Z"},
        ),
    ),
    Rule(
        "each once",
        "^Name each contact once",
        "The winner is another field than the losers",
        Request("POST", f"{CONTACTS}/merge", {"winner_id": "con_1", "loser_ids": ["con_1"]}),
    ),
    Rule(
        "what can be kept",
        "^A number must be 0|^A whole number must fit|^The name of a field must not"
        "|may take at most|nests|control character",
        "Sizes in bytes, numbers, names and characters anywhere inside of free JSON",
        Request("POST", CONTACTS, {"email": "ada@example.com", "custom": {"a": {"": 1}}}),
    ),
    Rule(
        "what an id names",
        "^There is no company with this id|^There is no contact .* in this workspace"
        "| is listed twice$| is in this campaign already| has unsubscribed$| is suppressed$"
        "| is in another active campaign| was written to less than |^There is no mailbox pool "
        "|^The sequence has no such "
        "|accepts no email|^Only a received message can be classified|^There is no public site at"
        "|^A mailbox of kind ses has no SMTP server: leave smtp out|is not the id of a "
        "|^The code is wrong, was used or has expired",
        "A schema does not know what there is, nor how it is",
        Request(
            "POST",
            CONTACTS,
            {"email": "ada@example.com", "company_id": "com_01jf3k9q2c8m5v7x0b4n6t1rwe"},
        ),
        r"(.*/(company_id|mailbox_pool|pool|id|value|smtp|code|contact_ids/\d+))?$",
    ),
    Rule(
        "fields of a kind",
        "mapping: .* (cannot )?go to ",
        "Which fields there are depends on the kind of the import",
        Request(
            "POST",
            "/v1/imports",
            {"kind": "suppressions", "format": "csv", "duplicates": "skip", "mapping": {"A": "b"}},
        ),
    ),
    Rule(
        "secret",
        "^What follows whsec_ must be base64",
        "How many bytes base64 stands for is counted, not matched",
        Request(
            "POST",
            "/v1/webhooks",
            {"url": "https://example.com", "events": ["*"], "secret": f"whsec_{'A' * 33}"},
        ),
        "/secret",
    ),
    Rule(
        "a key for one request",
        "^This Idempotency-Key was used for another request",
        "A schema does not know what was asked before",
        Request(
            "POST",
            COMPANIES,
            {"name": "Acme"},
            headers={"idempotency-key": "first"},
            after=Request("POST", COMPANIES, {"name": "B"}, headers={"idempotency-key": "first"}),
        ),
    ),
    Rule(
        "cursor",
        "next_cursor of the previous page",
        "It is sealed with a secret of the workspace, for the same question",
        Request("GET", CONTACTS, query={"cursor": "AAAA"}),
    ),
    Rule(
        "words",
        "needs at least one letter or digit|^The search needs a word",
        "What is a letter or a digit says Unicode",
        Request("GET", CONTACTS, query={"search": "!!"}),
    ),
    Rule(
        "what a text of a profile names",
        "^This needs at least one letter or digit$"
        "|is not a number of employees|is not a country|is not a domain"
        "|^Give at least one of the rules a weight|^The profile has .* bytes",
        "Countries, domains and numbers of employees have parsers of their own",
        Request("PUT", "/v1/profile", {"sizes": ["big"]}),
        r"(/settings/profile)?((/exclusions)?/(sizes|countries|domains|titles|industries|technologies"
        r"|signals|companies)/\d+)?$",
    ),
    Rule(
        "template",
        r"^(?!A step of |Give |An SMS |.* must )",
        "Liquid and spintax have parsers of their own",
        Request("POST", SEQUENCES, {"name": "First", "steps": [{**STEP, "text": "{% if %}"}]}),
        r"/steps/\d+/(variants/\d+/)?(subject|text|html)$",
    ),
    Rule(
        "ids of variants",
        "^Another variant of the step has the same id$",
        "JSON Schema knows unique items, not unique fields of items",
        Request(
            "POST",
            SEQUENCES,
            {
                "name": "First",
                "steps": [
                    {"channel": "email", "variants": [{"id": "a", "text": "A"}, {"id": "a"}]}
                ],
            },
        ),
    ),
    Rule(
        "size of steps",
        "^The steps are .* bytes",
        "A schema counts characters of one text, not bytes of all",
        Request(
            "POST",
            SEQUENCES,
            {"name": "First", "steps": [{**STEP, "text": "a" * 50_000}] * 7},
        ),
    ),
    Rule(
        "order of a search",
        "^search sorts by relevance",
        "Parameters of a query have schemas of their own, which do not know each other",
        Request("GET", CONTACTS, query={"search": "ada", "sort": "created_at"}),
    ),
)


def explains(pointer: str, detail: str) -> Rule | None:
    """The rule that a violation is about."""
    for rule in RULES:
        if re.match(rule.at, pointer) and re.search(rule.says, detail):
            return rule
    return None


def refused_by(problem: Mapping[str, Any]) -> list[Rule | None]:
    """The rule behind each violation that a problem document lists. None: a schema could say it."""
    errors = problem["errors"] or [{"pointer": "", "detail": problem["detail"]}]
    return [explains(each["pointer"], each["detail"]) for each in errors]
