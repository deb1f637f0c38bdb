"""Authentication and rate limiting in one conditional update, which checks the hash, revocation and
plan of a key, counts the call against both rate limits, and returns the key's record.

Each limit is a GCRA (generic cell rate algorithm, the "virtual scheduling" form of ITU-T I.371).
`tat` is the theoretical arrival time of the next call in epoch milliseconds; `ready` is the
earliest time at which a call is admitted, always `tat` minus the burst. A call advances `tat` by
one step if it is in the future, or else sets it to now plus one step. The condition of the update
must assume one of the two cases, so the meter predicts it from the last record seen: a correct
prediction needs one round trip, a wrong one fails the condition and needs a second.

The record of a key has the steps and bursts of its rate limits. If the operator changed the plan of
the workspace, or `Plans` of the deployment, the next call replaces them and begins to count anew.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from outrider.access.errors import (
    InvalidApiKey,
    PlanRequired,
    RateLimited,
    WorkspaceSuspended,
)
from outrider.access.models import PlanName
from outrider.access.plans import Rates, plan_without_api, rates_of
from outrider.kit import clock
from outrider.kit.aws.attributes import changes
from outrider.kit.aws.dynamodb import ConditionFailed, Table

Item = dict[str, Any]
_CLOCKS = ("minute", "day")
_STAMPS = ("tat", "ready")
_VALID = (
    "attribute_not_exists(#revoked_at) AND attribute_not_exists(#suspended_at)"
    " AND #plan <> :refused AND (attribute_not_exists(#expires_ms) OR #expires_ms > :now)"
)
_REMEMBERED_KEYS = 1_000
_ATTEMPTS = 6
"""Without waits between them: every call passes here, and the second nearly always counts."""


class Claim(Protocol):
    """Claim to be an API key: the key itself, or a delegation of it."""

    @property
    def public_id(self) -> str: ...

    @property
    def proof(self) -> Mapping[str, str]:
        """Return the attributes that the record of the key must have for the claim to be true."""
        ...


def key_record(claim: Claim) -> tuple[str, str]:
    """Return the DynamoDB key of the record of the API key that is claimed."""
    return f"key#{claim.public_id}", "#"


def clock_attributes(plan_rates: Rates) -> dict[str, int]:
    """Return the rate limit attributes of a key's record, with no calls counted yet."""
    return {f"tat_{rate.name}": 0 for rate in plan_rates} | _limits(plan_rates)


def _limits(plan_rates: Rates) -> dict[str, int]:
    attributes: dict[str, int] = {}
    for rate in plan_rates:
        attributes[f"step_{rate.name}"] = rate.step_ms
        attributes[f"lead_{rate.name}"] = rate.burst_ms - rate.step_ms
    return attributes


@dataclass(slots=True)
class Meter:
    """Meter of API calls; `records` is the table of keys. Use one per process: it caches the last
    `tat` of each key."""

    records: Table
    limits_of: Callable[[PlanName], Rates] = rates_of
    _last_seen: dict[str, Item] = field(default_factory=dict)

    def admit(self, claim: Claim, family: str) -> Item:
        """Count one call of `claim` to a route of `family` and return the updated record of
        the key. The function `usage_count` reads `calls` and `last_family` from the table's stream.

        Raises InvalidApiKey, WorkspaceSuspended, PlanRequired, RateLimited, StoreFailed.
        """
        seen = self._last_seen.get(claim.public_id, {})
        for _ in range(_ATTEMPTS):
            now = clock.epoch_ms()
            try:
                record = self._count(claim, family, seen, now)
            except ConditionFailed as refusal:
                seen = _require_usable(refusal.item, claim, now)
            else:
                record = self._with_limits_of_plan(claim, record, now)
                self._remember(claim, record)
                return record
        raise RateLimited("Too many calls of this key at once", headers={"Retry-After": "1"})

    def admit_uncounted(self, claim: Claim) -> Item:
        """Authenticate a request without counting it. Raises InvalidApiKey, WorkspaceSuspended,
        PlanRequired, StoreFailed."""
        return _require_valid(self.records.get(*key_record(claim)), claim, clock.epoch_ms())

    def _count(self, claim: Claim, family: str, seen: Item, now: int) -> Item:
        moves, conditions = [], []
        for name in _CLOCKS:
            if seen.get(f"tat_{name}", 0) > now:
                moves += [f"#{stamp}_{name} = #{stamp}_{name} + #step_{name}" for stamp in _STAMPS]
                conditions += [f"#tat_{name} > :now", f"#ready_{name} <= :now"]
            else:
                moves += [
                    f"#tat_{name} = :now + #step_{name}",
                    f"#ready_{name} = :now - #lead_{name}",
                ]
                conditions += [f"#tat_{name} <= :now"]
        return self.records.write(
            self.records.update_action(
                *key_record(claim),
                f"SET {', '.join(moves)}, #last_used_ms = :now, #last_family = :family"
                " ADD #calls :one",
                " AND ".join(
                    [*(f"#{name} = :{name}" for name in claim.proof), _VALID, *conditions]
                ),
                **claim.proof,
                refused=plan_without_api() or "",
                now=now,
                family=family,
                one=1,
            )
        )

    def _with_limits_of_plan(self, claim: Claim, record: Item, now: int) -> Item:
        """Return the record, counted at `now`, with the rate limits of its plan. If they differ,
        they are stored with this call as the first."""
        plan_rates = self.limits_of(record["plan"])
        limits = _limits(plan_rates)
        if limits.items() <= record.items():
            return record
        for rate in plan_rates:
            limits[f"tat_{rate.name}"] = now + rate.step_ms
            limits[f"ready_{rate.name}"] = now + rate.step_ms - rate.burst_ms
        return self.records.write(
            self.records.update_action(
                *key_record(claim), changes(set=limits), "attribute_exists(#pk)"
            ).or_raise(InvalidApiKey())
        )

    def _remember(self, claim: Claim, record: Item) -> None:
        if len(self._last_seen) >= _REMEMBERED_KEYS:
            self._last_seen.pop(next(iter(self._last_seen)))
        self._last_seen[claim.public_id] = {
            f"tat_{name}": record[f"tat_{name}"] for name in _CLOCKS
        }


def rate_limit_headers(record: Mapping[str, Any], now: int) -> dict[str, str]:
    """Return the `RateLimit-Policy` and `RateLimit` headers for a key's record.

    Source: draft-ietf-httpapi-ratelimit-headers.
    """
    policies, states = [], []
    for rate in rates_of(record["plan"]):
        tat, ready = record[f"tat_{rate.name}"], record[f"ready_{rate.name}"]
        remaining = max(0, (now - ready) // rate.step_ms + 1)
        policies.append(f'"{rate.name}";q={rate.quota};w={rate.window_ms // 1000}')
        states.append(f'"{rate.name}";r={min(remaining, rate.quota)};t={_seconds(tat - now)}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}


def _require_valid(record: Item | None, claim: Claim, now: int) -> Item:
    """Return the record if the claim is true and the workspace has access. Raises InvalidApiKey,
    WorkspaceSuspended, PlanRequired."""
    if record is None or not _is_valid(record, claim, now):
        raise InvalidApiKey
    _require_access(record)
    return record


def _require_usable(record: Item | None, claim: Claim, now: int) -> Item:
    """Return the record if the update failed only because of a wrong prediction. Raises
    InvalidApiKey, WorkspaceSuspended, PlanRequired, RateLimited."""
    record = _require_valid(record, claim, now)
    waits = [record[f"ready_{name}"] - now for name in _CLOCKS if record[f"tat_{name}"] > now]
    wait = max(waits, default=0)
    if wait > 0:
        seconds = str(_seconds(wait))
        raise RateLimited(
            f"This key has used up its rate limit; wait {seconds} s",
            headers={"Retry-After": seconds, **rate_limit_headers(record, now)},
        )
    return record


def _require_access(record: Item) -> None:
    """Raise WorkspaceSuspended or PlanRequired if the workspace of a valid key has no access."""
    if "suspended_at" in record:
        raise WorkspaceSuspended
    if record["plan"] == plan_without_api():
        raise PlanRequired(
            "The free plan has no API access. The operator of this deployment decides on plans: "
            "its admin function gives a workspace another one (change_plan)"
        )


def _is_valid(record: Mapping[str, Any], claim: Claim, now: int) -> bool:
    return (
        all(hmac.compare_digest(record[name], proof) for name, proof in claim.proof.items())
        and "revoked_at" not in record
        and ("expires_ms" not in record or record["expires_ms"] > now)
    )


def _seconds(milliseconds: int) -> int:
    return max(0, -(-milliseconds // 1000))
