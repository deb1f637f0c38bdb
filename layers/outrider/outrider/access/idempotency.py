"""Answers kept under an Idempotency-Key, so that a repeated request does nothing twice.

A record is `<workspace>#idem#<SHA-256 of API key and Idempotency-Key>` / `#`: an answer is given
again only to the API key that made the request. The write that changes something puts it
in the same transaction: either both are there or neither, and of two equal requests at once one
commits and the other finds its answer. Work in several transactions claims the key first: a
repetition meanwhile is told to wait, and one after a crash goes on where the first one stopped.

Source of the header: draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import re
import secrets
import zlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from outrider.access.errors import IdempotencyMismatch, StillRunning
from outrider.kit import clock, ids, json
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Action, ConditionFailed, StoreFailed, Table
from outrider.kit.errors import ValidationFailed, Violation
from outrider.kit.http.requests import REPEATABLE, Request
from outrider.kit.http.responses import Answer, AnsweredBefore, Existing, Headers, render

LIFE = timedelta(hours=72)
LEASE = timedelta(seconds=35)
"""Longer than a function of the API may run: who holds a claim beyond it is gone."""

_HEADER = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_FREE = "attribute_not_exists(#pk) OR #ttl <= :now"

PlanT = TypeVar("PlanT")


def key_of(request: Request, headers: Headers) -> str | None:
    """The Idempotency-Key of a request that takes one. Raises ValidationFailed, with `headers`,
    when it is none."""
    key = request.headers.get(_HEADER) if request.method in REPEATABLE else None
    if key is not None and not _KEY.fullmatch(key):
        detail = "Idempotency-Key takes 1 to 255 printable ASCII characters without spaces"
        violation = Violation(f"/headers/{_HEADER}", detail)
        raise ValidationFailed(detail, violations=[violation], headers=headers)
    return key


@dataclass(slots=True)
class Idempotency:
    """The key of one request of `actor`, and the answer it gets. `status` is that of the answer
    when all goes well."""

    table: Table
    workspace: str
    actor: str
    key: str
    request: Request
    status: int
    kept: Answer | None = None
    """The answer that a transaction of this very request has kept."""
    _described: dict[str, Answer] = field(default_factory=dict)
    """The answers that one was to keep, by the author that only its record names."""
    _token: str = ""
    _began_ms: int = 0

    def keep_action(
        self, result: BaseModel | Existing[BaseModel], repeated: BaseModel | None = None
    ) -> Action:
        """The write that keeps the answer which `result` renders to, or `repeated` where a
        repetition must not be told all that the first answer tells.

        When there is a record already, it raises AnsweredBefore, IdempotencyMismatch or
        StillRunning.
        """
        author, answer = secrets.token_hex(8), render(result, self.status)
        self._described[author] = answer
        stored = render(repeated, self.status) if repeated else answer
        put = self._put_action(stored, author=author)
        return replace(put, done=lambda: setattr(self, "kept", answer))

    def begin(self, plan: PlanT) -> PlanT:
        """Claim the key for work in several transactions, and return what is to be done: `plan`, or
        that of the request which began it and is gone. Raises as `keep_action` does."""
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
        """A new id; once the request has begun, one that a repetition makes again."""
        if not self._token:
            return ids.new(prefix)
        return ids.at(prefix, self._began_ms, self.workspace, self.actor, self.key, *identity)

    def close(self, answer: Answer) -> Answer:
        """Return what the request is answered: what a transaction has kept, else `answer`, which is
        kept now unless another try may get a better one: after a failure of ours, or where the
        answer itself asks for it. Raises as `keep_action` does."""
        if answer.status >= 500 or "Retry-After" in answer.headers:
            self.release()
        elif self.kept:
            return self.kept
        else:
            self.table.write(self._put_action(answer))
        return answer

    def release(self) -> None:
        """End the claim, if there is one, without an answer. If that fails it ends by itself."""
        if self._token:
            with suppress(ConditionFailed, StoreFailed):
                self.table.write(self._lease_action(timedelta(), of=self._token))

    def _take_over(self, record: Item) -> None:
        """Go on with what a request began that is gone. Raises as `keep_action` when it is not."""
        if record.get("token") == self._token:  # its own: only the answer to the claim was lost
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
        """Why nothing can be written under this key, of the record that stands there."""
        if record.get("fingerprint", self._fingerprint) != self._fingerprint:
            return IdempotencyMismatch()
        if mine := self._described.get(record.get("author", "")):
            self.kept = mine  # only DynamoDB's word was lost
            return AnsweredBefore(mine)
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
        named = f"{self.actor}\n{self.key}"
        return f"{self.workspace}#idem#{hashlib.sha256(named.encode()).hexdigest()}"

    @property
    def _fingerprint(self) -> str:
        """Equal for requests that ask for the same: bodies may differ in spaces and in the order
        of fields."""
        request = self.request
        asked = "\n".join(
            (
                request.method,
                request.path,
                request.query_string,
                request.headers.get("if-match", ""),
            )
        )
        return hashlib.sha256(asked.encode() + b"\n" + json.canonical(request.body)).hexdigest()


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
