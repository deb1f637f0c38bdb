"""The ideal customer profile of a workspace."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.leads.models import StoredProfile
from outrider.leads.repository import LeadRepository
from outrider.leads.rescoring.models import new_rescoring
from outrider.leads.rescoring.repository import RescoringRepository
from outrider.leads.schemas import ProfileView
from outrider.qualification.profiles import Profile


@dataclass(frozen=True, slots=True)
class ProfileService:
    """The ideal customer profile of the caller's workspace."""

    caller: Caller
    leads: LeadRepository
    rescorings: RescoringRepository

    def get(self) -> ProfileView:
        """Return the profile, an empty one if none was saved."""
        return ProfileView.of(self.leads.profile(), self.rescorings.get(None))

    def put(self, profile: Profile, if_match: int | None) -> ProfileView:
        """Replace the profile; leads get new scores in the background. Raises PreconditionFailed if
        the version is not `if_match`."""
        for _ in attempts():
            before = self.leads.profile()
            if if_match not in (None, before.version):
                raise PreconditionFailed.at_version(before.version)
            after = StoredProfile(
                profile=profile, updated_at=clock.timestamp(), version=before.version + 1
            )
            job = new_rescoring()
            view = ProfileView.of(after, job)
            begin = self.rescorings.begin_action(job, [self.caller.event("profile.updated")])
            try:
                self.leads.save_profile(before, after, [begin, *self.caller.keep_actions(view)])
            except PreconditionFailed:
                continue
            return view
        raise Contended("Others keep changing the profile")
