"""Idempotency keys: stored responses, which make it safe to retry a request.

A record has the key `<workspace>#idem#<SHA-256 of API key and Idempotency-Key>` / `#`, so a stored
response is returned only to the API key that made the first request. The response is stored in the
transaction of the change: both are committed or neither, and of two concurrent requests one commits
and the other gets its response. Work that needs several transactions first claims the key with a
lease: meanwhile a retry gets a 409 with Retry-After, and a retry after a crash resumes the work.

Source of the header: draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast

from outrider.access.errors import IdempotencyMismatch, StillRunning
from outrider.kit import clock, ids, json
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, ConditionFailed, StoreFailed, Table
from outrider.kit.errors import ValidationFailed, Violation
from outrider.kit.http.requests import REPEATABLE, Request
from outrider.kit.http.responses import Answer, AnsweredBefore, Existing, Headers
from outrider.kit.models import Model

LIFE = timedelta(hours=72)
LEASE = timedelta(seconds=35)
"""Lease of a claim: longer than the timeout of an API function, so that a holder whose lease has
expired is no longer running."""

_HEADER = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_FREE = "attribute_not_exists(#pk) OR #ttl <= :now"

PlanT = TypeVar("PlanT")

Progress = Literal["unknown", "begun", "answered"]
"""How far a request with an Idempotency-Key has come. `unknown`: nothing of it is stored, which may
also be because it is being carried out at this moment."""


def key_of(request: Request, headers: Headers) -> str | None:
    """Return the Idempotency-Key of a request whose method accepts one, or None.

    Raises ValidationFailed, with `headers`, if the key is invalid.
    """
    key = request.headers.get(_HEADER) if request.method in REPEATABLE else None
    if key is not None and not _KEY.fullmatch(key):
        detail = "Idempotency-Key takes 1 to 255 printable ASCII characters without spaces"
        violation = Violation(f"/headers/{_HEADER}", detail)
        raise ValidationFailed(detail, violations=[violation], headers=headers)
    return key


def progress_of(table: Table, workspace: str, actor: str, key: str) -> Progress:
    """Return how far the request of `actor` with this Idempotency-Key has come."""
    record = table.get_all(_record_pk(workspace, actor, key), ["#"]).get("#")
    if record is None:
        return "unknown"
    return "answered" if "answer" in record else "begun"


@dataclass(slots=True)
class Idempotency:
    """Idempotency key of one request of `actor`, and its stored response. `render` returns the
    response for the result of the request."""

    table: Table
    workspace: str
    actor: str
    key: str
    request: Request
    render: Callable[[Any], Answer]
    kept: Answer | None = None
    """Response that a transaction of this request has stored."""
    _attempted: dict[str, Answer] = field(default_factory=dict)
    """Responses that this request has tried to store, by the random author in their records."""
    _token: str = ""
    _began_ms: int = 0

    def keep_action(self, result: Model | Existing[Model], repeated: Model | None = None) -> Action:
        """Return the write that stores the response rendered from `result`, or from `repeated` if
        retries must get less, for example no secret.

        If a record exists, the write raises AnsweredBefore, IdempotencyMismatch or StillRunning.
        """
        author, answer = secrets.token_hex(8), self.render(result)
        self._attempted[author] = answer
        stored = self.render(repeated) if repeated else answer
        put = self._put_action(stored, author=author)
        return replace(put, done=lambda: setattr(self, "kept", answer))

    def begin(self, plan: PlanT) -> PlanT:
        """Claim the key for work in several transactions and return the plan of the work.

        This is `plan`, or the stored plan of an earlier request whose lease has expired. Raises
        AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        self._token, self._began_ms = secrets.token_hex(8), clock.epoch_ms()
        claim = self._record(
            token=self._token, began_ms=self._began_ms, leased_until=_lease_end(LEASE), plan=plan
        )
        try:
            self.table.write(self.table.put_action(claim, _FREE, now=_seconds()))
        except ConditionFailed as taken:
            record = taken.item or {}
            self._take_over(record)
            return cast("PlanT", record["plan"])
        return plan

    def new_id(self, prefix: str, *identity: str) -> str:
        """Return a new id. After `begin` it is deterministic, so a retry creates the same one."""
        if not self._token:
            return ids.new(prefix)
        return ids.at(prefix, self._began_ms, self.workspace, self.actor, self.key, *identity)

    def close(self, answer: Answer) -> Answer:
        """Return the response to the request: the one stored by a transaction, or else `answer`,
        which is stored now.

        It is not stored if a retry may succeed: after a server error, or if it has a Retry-After
        header. Raises AnsweredBefore, IdempotencyMismatch, StillRunning.
        """
        if answer.status >= 500 or "Retry-After" in answer.headers:
            self.release()
        elif self.kept:
            return self.kept
        else:
            self.table.write(self._put_action(answer))
        return answer

    def release(self) -> None:
        """Release the claim, if there is one, without a response. If this fails, its lease
        expires."""
        if self._token:
            with suppress(ConditionFailed, StoreFailed):
                self.table.write(self._lease_action(timedelta(), of=self._token))

    def _take_over(self, record: Item) -> None:
        """Take over the claim in `record` if its lease has expired. Raises AnsweredBefore,
        IdempotencyMismatch, StillRunning if not."""
        if record.get("token") == self._token:  # own claim: only DynamoDB's response was lost
            return
        refusal = self._refusal(record)
        if "leased_until" not in record or record["leased_until"] > clock.epoch_ms():
            raise refusal
        if isinstance(refusal, IdempotencyMismatch):
            raise refusal
        self._began_ms = record["began_ms"]
        try:
            self.table.write(self._lease_action(LEASE, of=record["token"]))
        except ConditionFailed as changed:
            if not changed.item or changed.item.get("token") != self._token:
                raise self._refusal(changed.item or {}) from changed

    def _lease_action(self, duration: timedelta, *, of: str) -> Action:
        return self.table.update_action(
            self._pk,
            "#",
            "SET #token = :token, #leased_until = :until",
            "#token = :of AND attribute_not_exists(#answer)",
            token=self._token,
            until=_lease_end(duration),
            of=of,
        )

    def _put_action(self, answer: Answer, **more: Any) -> Action:
        record = self._record(answer=_pack(answer), **more)
        if not self._token:
            return self._refusing_action(self.table.put_action(record, _FREE, now=_seconds()))
        own = "#token = :token AND attribute_not_exists(#answer)"
        return self._refusing_action(self.table.put_action(record, own, token=self._token))

    def _refusing_action(self, action: Action) -> Action:
        return replace(action, refused=lambda record: self._refusal(record or {}))

    def _refusal(self, record: Item) -> Exception:
        """Return the error if nothing can be written because of the existing `record`."""
        if record.get("fingerprint", self._fingerprint) != self._fingerprint:
            return IdempotencyMismatch()
        if own := self._attempted.get(record.get("author", "")):
            self.kept = own  # own record: only DynamoDB's response was lost
            return AnsweredBefore(own)
        if "answer" in record:
            return AnsweredBefore(_unpack(record["answer"]))
        left = record.get("leased_until", 0) - clock.epoch_ms()
        return StillRunning(retry_after=max(1, -(-left // 1000)))

    def _record(self, **more: Any) -> Item:
        return {
            "pk": self._pk,
            "sk": "#",
            "fingerprint": self._fingerprint,
            "ttl": int((clock.now() + LIFE).timestamp()),
            **more,
        }

    @property
    def _pk(self) -> str:
        return _record_pk(self.workspace, self.actor, self.key)

    @property
    def _fingerprint(self) -> str:
        """Return a hash that is equal for equal requests; bodies may differ in spaces and in the
        order of fields."""
        request = self.request
        head = "\n".join(
            (
                request.method,
                request.path,
                request.query_string,
                request.headers.get("if-match", ""),
            )
        )
        return hashlib.sha256(head.encode() + b"\n" + json.canonical(request.body)).hexdigest()


def _record_pk(workspace: str, actor: str, key: str) -> str:
    named = f"{actor}\n{key}"
    return f"{workspace}#idem#{hashlib.sha256(named.encode()).hexdigest()}"


def _lease_end(duration: timedelta) -> int:
    return clock.to_epoch_ms(clock.now() + duration)


def _seconds() -> int:
    return int(clock.now().timestamp())


def _pack(answer: Answer) -> bytes:
    packed = [answer.status, answer.media, answer.headers, answer.body]
    return zlib.compress(json.dumps(packed))


def _unpack(packed: bytes) -> Answer:
    status, media, headers, body = json.loads(zlib.decompress(packed))
    return Answer(status, body, media, headers)
