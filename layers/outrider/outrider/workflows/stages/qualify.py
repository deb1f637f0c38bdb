"""The stage `qualify`: scores a lead by the ideal customer profile."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.contacts.errors import ContactNotFound
from outrider.leads.rationales import RationaleService
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score
from outrider.workflows.stages.models import Outcome, Qualified
from outrider.workflows.stages.research import CONTACT_DELETED
from outrider.workflows.stages.worker import ClaimedLead


@dataclass(frozen=True, slots=True)
class QualifyStage:
    """Carries out the stage `qualify`, which costs a credit if a model writes the rationale.
    `profile` returns the profile of the workspace; `score` scores a contact by a profile and writes
    the score to it; `rationales` makes the service of rationales for a piece of work."""

    profile: Callable[[], Profile]
    score: Callable[[str, Profile], Score]
    rationales: Callable[[str], RationaleService]

    def __call__(self, claimed: ClaimedLead) -> Outcome:
        """Score the lead by the profile and the threshold of its workflow."""
        lead = claimed.lead
        profile = claimed.workflow.settings.qualifies_by(self.profile())
        try:
            result = self.score(lead.contact_id, profile)
        except ContactNotFound:
            return CONTACT_DELETED
        paid = self.rationales(f"{lead.id}#{lead.staged_at}#{lead.attempts}").write(result)
        return Qualified(result, profile, paid)
