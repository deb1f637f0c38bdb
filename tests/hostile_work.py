"""Workspaces that mean harm to whoever searches them: each contact, company and enrollment as large
and as hard to compare as the API lets it be, and filters that let none of them through."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import ceil
from typing import Any

from bench.units import size
from outrider.access.models import WorkspaceId
from outrider.campaigns.audience.runner import first_of
from outrider.campaigns.enrollments.lists import EnrollmentLists
from outrider.campaigns.models import Campaign
from outrider.companies.repository import CompanyRepository
from outrider.contacts.merging import rules
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.schemas import ContactQuery
from outrider.contacts.search.lists import ContactLists
from outrider.entities.schemas import MAX_OBJECT
from outrider.kit.aws import clients
from outrider.kit.aws.attributes import decode_item, encode_item
from outrider.kit.aws.dynamodb import Table

WORKSPACE = WorkspaceId("wsp_hostile")
_TABLE = Table("hostile")
_AT = "2026-03-02T09:00:00.000Z"
_MEGABYTE = 1_048_576

TEXTS = {
    "plain": "a",
    "short words": "a b ",
    "marks": "a\u0301",
    "emoji": "\U0001f600",
    "punctuation": "o'b-c.",
    "folding": "\ufb03\u00df",
    "wide": "\ufdfa",
}
"""What the texts of a contact repeat; `\ufdfa` folds into eighteen characters."""


@dataclass(slots=True)
class Store:
    """A DynamoDB of one table in which there is no end of what is asked for, all of it made of
    `text`. It counts what it gives."""

    text: str
    units: int = 0
    items: int = 0
    _numbers: Iterator[int] = field(default_factory=count)
    _made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return self._query(params) if operation == "Query" else self._batch(params)

    def _query(self, params: Mapping[str, Any]) -> dict[str, Any]:
        pk = params["ExpressionAttributeValues"][":pk"]["S"]
        made: list[dict[str, Any]] = []
        taken = 0
        while len(made) < params.get("Limit", 10_000) and taken < _MEGABYTE:
            made.append(self._in_query(pk, next(self._numbers), params))
            taken += size(made[-1])
        self.items += len(made)
        self.units += ceil(taken / 4_096)
        shown = [] if "FilterExpression" in params else made
        return {"Items": shown, "LastEvaluatedKey": made[-1]}

    def _in_query(self, pk: str, number: int, params: Mapping[str, Any]) -> dict[str, Any]:
        sort_key = f"con_{number:026d}"
        if "#tok#" in pk:
            sort_key = f"{params['ExpressionAttributeValues'][':prefix']['S']}#{sort_key}"
        keys = {"pk": pk, "sk": sort_key}
        if "#tok#" in pk or "#tag#" in pk or "#cam_" in pk:
            index = params.get("IndexName")
            if index:
                keys |= {"pk": f"{WORKSPACE}#cam_1", f"{index}_pk": pk, f"{index}_sk": sort_key}
            return encode_item(keys)
        return {**self._contact(sort_key), **encode_item(keys)}

    def _batch(self, params: Mapping[str, Any]) -> dict[str, Any]:
        answers: dict[str, list[dict[str, Any]]] = {}
        for table, request in params["RequestItems"].items():
            for key in map(decode_item, request["Keys"]):
                item = self._at(key["pk"], key["sk"])
                self.items += 1
                self.units += max(1, ceil(size(item) / 4_096))
                if item:
                    answers.setdefault(table, []).append({**item, **encode_item(key)})
        return {"Responses": answers}

    def _at(self, pk: str, sk: str) -> dict[str, Any] | None:
        if pk == f"{WORKSPACE}#cam_1":
            return encode_item({**_ENROLLMENT, "contact_id": sk})
        if pk != WORKSPACE:
            return None
        return self._company(sk) if sk.startswith("com_") else self._contact(sk)

    def _contact(self, contact_id: str) -> dict[str, Any]:
        if "contact" not in self._made:
            self._made["contact"] = encode_item(a_contact("con_1", self.text).fields())
        own = {"id": contact_id, "company_id": f"com_{contact_id[4:]}"}
        return {**self._made["contact"], **encode_item(own)}

    def _company(self, company_id: str) -> dict[str, Any]:
        if "company" not in self._made:
            self._made["company"] = encode_item(
                {
                    "created_at": _AT,
                    "updated_at": _AT,
                    **dict.fromkeys(
                        ("name", "industry", "country", "phone"), _long(self.text, 500)
                    ),
                    "domain": f"{'a.' * 120}example.com",
                    "website": f"https://example.com/{'a' * 1_980}",
                    "linkedin_url": f"https://example.com/{'a' * 480}",
                    "size": _long(self.text, 50),
                    "description": _long(self.text, 5_000),
                    "tags": _tags(self.text),
                    "context": _object(self.text),
                }
            )
        return {**self._made["company"], **encode_item({"id": company_id})}


_ENROLLMENT = {
    "id": "enr_1",
    "campaign_id": "cam_1",
    "sequence_id": "seq_1",
    "steps_version": 1,
    "state": "stopped",
    "created_at": _AT,
    "updated_at": _AT,
}


def a_contact(contact_id: str, text: str) -> Contact:
    """As large as the API takes it, and merged as often as it may be."""
    long = _long(text, 500)
    return Contact(
        id=contact_id,
        email=f"{'a.' * 31}a@example.com",
        other_emails=[f"{'b.' * 30}{number}@example.com" for number in range(20)],
        first_name=long,
        last_name=long,
        title=long,
        company=long,
        country=long,
        phone=long,
        source=long,
        linkedin_url=f"https://example.com/{'a' * 480}",
        tags=_tags(text),
        custom=_object(text),
        created_at=_AT,
        updated_at=_AT,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """One page, or one call, over what a Store holds."""

    name: str
    do: Callable[[Store], object]


def pages() -> Iterable[Work]:
    """A page of each way to search, over things that it does not let through."""
    word = "a" * 60
    for name, asked in {
        "search, one word": {"search": "aa"},
        "search, many words": {"search": " ".join(["aa", *("b" * 1 for _ in range(98))])},
        "title": {"title": " ".join("z" * 1 for _ in range(250))},
        "country": {"country": "\ufdfa" * 500},
        "industry": {"industry": "z"},
        "company size, with a tag": {"company_size": "z", "tag": word[:50]},
        "tag": {"tag": word[:50], "country": "z"},
        "last contact": {"status": "active"},
        "score": {"fit_score_gte": "0.5", "title": "z"},
        "everything": {"search": "aa", "title": "z", "industry": "z", "tag": "z", "country": "z"},
    }.items():
        query = ContactQuery.model_validate({**asked, "limit": 200})
        yield Work(f"contacts: {name}", partial(_contacts, query))
    yield Work(
        "companies: industry",
        lambda _: CompanyRepository(_TABLE, WORKSPACE).list({"industry": "z"}, 200, None),
    )
    for state in ("active", "finished"):
        yield Work(f"enrollments: {state}", partial(_enrollments, state))


def calls() -> Iterable[Work]:
    """What is more than a page."""
    yield Work("plan: filter", lambda _: first_of(_lists(), {"title": "z"}, 2_000))
    yield Work("plan: filter by company", lambda _: first_of(_lists(), {"industry": "z"}, 2_000))
    yield Work(
        "merge of ten",
        lambda store: rules.changes_of(
            a_contact("con_0", store.text),
            [a_contact(f"con_{number}", store.text) for number in range(1, 11)],
        ),
    )


@contextmanager
def stored(text: str) -> Iterator[Store]:
    """DynamoDB is a Store inside the block."""
    store = Store(text)
    before, clients.connect_dynamodb = clients.connect_dynamodb, lambda _: store
    clients.reset()
    try:
        yield store
    finally:
        clients.connect_dynamodb = before
        clients.reset()


_CAMPAIGN = Campaign(
    id="cam_1",
    name="a",
    sequence_id="seq_1",
    steps_version=1,
    mailbox_pool="pool_default",
    created_at=_AT,
    updated_at=_AT,
)


def _contacts(query: ContactQuery, _: Store) -> object:
    return _lists().page(query, None)


def _enrollments(state: str, _: Store) -> object:
    return EnrollmentLists(_TABLE, WORKSPACE).of_campaign(_CAMPAIGN, state, 200, None)


def _lists() -> ContactLists:
    return ContactLists(ContactRepository(_TABLE, WORKSPACE), CompanyRepository(_TABLE, WORKSPACE))


def _long(text: str, length: int) -> str:
    return (text * length)[:length]


def _tags(text: str) -> list[str]:
    return [f"{_long(text, 47)}{number}" for number in range(50)]


def _object(text: str) -> dict[str, str]:
    """Of MAX_OBJECT bytes of JSON, nearly."""
    value = _long(text, 100)
    each = len(json.dumps({"n00": value}, ensure_ascii=False).encode()) + 1
    return {f"n{number:02d}": value for number in range(min(100, MAX_OBJECT // each))}
