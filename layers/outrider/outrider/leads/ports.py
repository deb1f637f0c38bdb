"""What leads have to know about workflows, whose code depends on that of leads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from outrider.leads.models import Stage
from outrider.qualification.profiles import Profile


class QualifyingSettings(Protocol):
    """Settings of a workflow, as far as qualification depends on them."""

    def qualifies_by(self, of_workspace: Profile) -> Profile:
        """Return the profile by which leads of the workflow are scored, given that of the
        workspace."""
        ...


class LeadWorkflow(Protocol):
    """A workflow, as leads know it."""

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages of the workflow, in their order."""
        ...

    @property
    def settings(self) -> QualifyingSettings: ...


LeadWorkflows = Callable[[Iterable[str]], Mapping[str, LeadWorkflow]]
"""Function that returns the existing workflows of these ids, by id."""
