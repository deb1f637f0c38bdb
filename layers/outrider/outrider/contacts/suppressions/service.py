"""Creation, lists and removal of suppressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from outrider.access.models import Caller
from outrider.contacts.suppressions.errors import SuppressionNotFound
from outrider.contacts.suppressions.models import Kind, Suppression
from outrider.contacts.suppressions.repository import ADD_AT_ONCE, SuppressionRepository
from outrider.contacts.suppressions.schemas import (
    SuppressionBatch,
    SuppressionBatchResult,
    SuppressionCreate,
    SuppressionDeleted,
    SuppressionQuery,
    SuppressionResult,
)
from outrider.kit import clock, ids, parallel
from outrider.kit.aws.dynamodb import StoreFailed
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.http.requests import read_rows
from outrider.kit.http.responses import Made, made
from outrider.kit.outbox import Event

_ROW = TypeAdapter(SuppressionCreate)


@dataclass(frozen=True, slots=True)
class SuppressionService:
    caller: Caller
    suppressions: SuppressionRepository

    def list(self, query: SuppressionQuery) -> Page[Suppression]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/suppressions")
        items, place = self.suppressions.list(query.kind, query.limit, sealer.after(query))
        return sealer.page(query, items, place)

    def add(self, new: SuppressionCreate) -> Made[Suppression]:
        """Add a suppression and return it; an existing one of the same address or domain is kept
        and returned."""
        suppression = self._suppression(new)
        events = [self._suppressed(suppression)]
        stands = self.suppressions.add(suppression, events, self.caller.keep_actions(suppression))
        return made(stands, created=stands is suppression)

    def add_many(self, batch: SuppressionBatch) -> Made[SuppressionBatchResult]:
        """Add suppressions and return one result for each row, in the order of the rows."""
        self.caller.begin()
        rows, refused = read_rows(_ROW, batch.suppressions)
        results = {
            index: SuppressionResult(index=index, result="failed", detail=reason)
            for index, reason in refused.items()
        }
        new: dict[str, Suppression] = {}
        rows_of: dict[str, list[int]] = {}
        for index, row in rows:
            suppression = self._suppression(row)
            new.setdefault(suppression.id, suppression)
            rows_of.setdefault(suppression.id, []).append(index)
        for part in parallel.chunks(
            lambda chunk: self._add_chunk(chunk, rows_of), list(new.values()), ADD_AT_ONCE
        ):
            results |= part
        done = SuppressionBatchResult.of([results[index] for index in sorted(results)])
        return made(done, created=done.counts["created"] > 0)

    def remove(self, suppression_id: str) -> SuppressionDeleted:
        """Remove the suppression. Raises SuppressionNotFound."""
        if not ids.is_id("sup", suppression_id) or not self.suppressions.remove(suppression_id):
            raise SuppressionNotFound
        return SuppressionDeleted(id=suppression_id)

    def _add_chunk(
        self, chunk: Sequence[Suppression], rows_of: Mapping[str, Sequence[int]]
    ) -> dict[int, SuppressionResult]:
        """Add up to ADD_AT_ONCE suppressions and return the results of all their rows, by index. Of
        rows with the same address, the first is `created` and the others are `unchanged`."""
        try:
            existing = self.suppressions.add_many([(new, [self._suppressed(new)]) for new in chunk])
        except StoreFailed as failure:
            detail = f"{failure.detail} (send this row again)"
            return {
                index: SuppressionResult(index=index, result="failed", detail=detail)
                for new in chunk
                for index in rows_of[new.id]
            }
        results = {}
        for new in chunk:
            first, *_ = rows_of[new.id]
            for index in rows_of[new.id]:
                created = index == first and new.id not in existing
                results[index] = SuppressionResult(
                    index=index, result="created" if created else "unchanged", id=new.id
                )
        return results

    def _suppression(self, new: SuppressionCreate) -> Suppression:
        kind: Kind = "address" if new.address else "domain"
        return Suppression(
            id=self.suppressions.id_of(kind, new.address or new.domain or ""),
            kind=kind,
            created_at=clock.timestamp(),
            **new.model_dump(),
        )

    def _suppressed(self, suppression: Suppression) -> Event:
        return self.caller.event("contact.suppressed", **suppression.names())
