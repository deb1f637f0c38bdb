"""Results of enrolling requested contacts: one for each, with the reason if it was skipped."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from outrider.campaigns.schemas import EnrollResult, LaunchCounts, SkipReason
from outrider.kit import ids
from outrider.kit.errors import ValidationFailed, Violation

_LEFT_OUT: dict[SkipReason, str] = {
    "duplicate": "{id} is listed twice",
    "not_found": "There is no contact {id} in this workspace",
    "already_in_sequence": "{id} is in this campaign already",
    "unsubscribed": "{id} has unsubscribed",
    "invalid_address": "The address of {id} accepts no email, as a verification or a bounce showed",
    "suppressed": "An address of {id}, or its domain, is suppressed",
    "in_other_active_sequence": "{id} is in another active campaign, and this one is exclusive",
    "recently_contacted": "{id} was written to less than min_interval_hours ago",
}


def counted(results: Sequence[EnrollResult]) -> LaunchCounts:
    """Return the numbers of added and skipped contacts."""
    added = sum(result.result == "added" for result in results)
    return LaunchCounts(added=added, skipped=len(results) - added)


def nobody(results: Sequence[EnrollResult]) -> ValidationFailed:
    """Return the error of a launch without contacts, with the reason for each requested contact."""
    reasons = Counter(str(each.reason) for each in results)
    counted = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
    violations = [
        Violation(f"/contact_ids/{place}", _left_out(each.contact_id, each.reason))
        for place, each in enumerate(results)
        if each.reason
    ]
    return ValidationFailed(
        f"Nothing was launched: none of the contacts can be enrolled ({counted}). "
        + violations[0].detail,
        violations=violations,
    )


def _left_out(contact_id: str, reason: SkipReason) -> str:
    mistaken = ids.mistaken("contact", contact_id) if reason == "not_found" else None
    return mistaken or _LEFT_OUT[reason].format(id=contact_id)


def results_of(
    contact_ids: Sequence[str], found: Container[str], skipped: Mapping[str, SkipReason]
) -> list[EnrollResult]:
    """Return one result for each requested contact, in that order."""
    seen: set[str] = set()
    results = []
    for contact_id in contact_ids:
        reason: SkipReason | None = skipped.get(contact_id)
        if contact_id in seen:
            reason = "duplicate"
        elif contact_id not in found:
            reason = "not_found"
        seen.add(contact_id)
        results.append(
            EnrollResult(
                contact_id=contact_id, result="skipped" if reason else "added", reason=reason
            )
        )
    return results
