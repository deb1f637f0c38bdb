"""Changes of a lead by a new score."""

from collections.abc import Sequence
from typing import Any

from outrider.kit import clock
from outrider.leads.models import Lead, Stage
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score
from outrider.writing.models import Rationale


def fields_of(
    result: Score, profile: Profile, rationale: Rationale | None = None
) -> dict[str, Any]:
    """Return the fields of a lead that was scored by a profile just now. `rationale` is what a
    model wrote about the score."""
    return {
        "score": result,
        "rationale": rationale,
        "scored_at": clock.timestamp(),
        "scored_by": profile.fingerprint(),
    }


def rescored(
    lead: Lead,
    result: Score,
    profile: Profile,
    stages: Sequence[Stage],
    rationale: Rationale | None = None,
) -> Lead:
    """Return the lead with a new score. `stages` are those of its workflow, if it has one, and
    `rationale` is what a model wrote about the score.

    Its status follows the score unless a person decided it or the lead was enrolled already. A lead
    that qualifies after all goes back to be qualified by its workflow, so that the workflow
    continues with it.
    """
    changes = fields_of(result, profile, rationale)
    if lead.status == result.verdict or not _follows_its_score(lead):
        return lead.changed(**changes)
    if result.verdict == "qualified" and "contact" in stages and "qualify" in stages:
        return lead.at_stage("qualify", status="researched", **changes)
    return lead.at_stage(None, status=result.verdict, **changes)


def _follows_its_score(lead: Lead) -> bool:
    decided = lead.decided_at is not None or lead.approved_at is not None
    is_enrolled = lead.enrollment_id is not None
    return lead.status in ("qualified", "disqualified") and not decided and not is_enrolled
