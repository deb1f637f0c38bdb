"""The ideal customer profile of a workspace."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended, PreconditionFailed
from outrider.leads.models import StoredProfile
from outrider.leads.repository import LeadRepository
from outrider.leads.schemas import ProfileView
from outrider.qualification.profiles import Profile


@dataclass(frozen=True, slots=True)
class ProfileService:
    """The ideal customer profile of the caller's workspace."""

    caller: Caller
    leads: LeadRepository

    def get(self) -> ProfileView:
        """Return the profile, an empty one if none was saved."""
        return ProfileView.of(self.leads.profile())

    def put(self, profile: Profile, if_match: int | None) -> ProfileView:
        """Replace the profile. Raises PreconditionFailed if the version is not `if_match`."""
        for _ in attempts():
            before = self.leads.profile()
            if if_match not in (None, before.version):
                raise PreconditionFailed.at_version(before.version)
            after = StoredProfile(
                profile=profile, updated_at=clock.timestamp(), version=before.version + 1
            )
            view = ProfileView.of(after)
            try:
                self.leads.save_profile(before, after, self.caller.keep_actions(view))
            except PreconditionFailed:
                continue
            return view
        raise Contended("Others keep changing the profile")
