"""The stage `qualify`: scores a lead by the ideal customer profile."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.contacts.errors import ContactNotFound
from outrider.qualification.profiles import Profile
from outrider.qualification.scoring import Score
from outrider.workflows.stages.models import Outcome, Qualified
from outrider.workflows.stages.research import CONTACT_DELETED
from outrider.workflows.stages.worker import ClaimedLead


@dataclass(frozen=True, slots=True)
class QualifyStage:
    """Carries out the stage `qualify`, which costs no credits. `profile` returns the profile of the
    workspace; `score` scores a contact by a profile and writes the score to it."""

    profile: Callable[[], Profile]
    score: Callable[[str, Profile], Score]

    def __call__(self, claimed: ClaimedLead) -> Outcome:
        """Score the lead by the profile and the threshold of its workflow."""
        profile = claimed.workflow.settings.qualifies_by(self.profile())
        try:
            return Qualified(self.score(claimed.lead.contact_id, profile), profile)
        except ContactNotFound:
            return CONTACT_DELETED
