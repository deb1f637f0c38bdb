"""All mutations."""

from collections.abc import Sequence

from tests.mutations import (
    agent_failures,
    agents,
    approved,
    claims,
    clocks,
    deliveries,
    feed,
    looking_again,
    outcomes,
    providers,
    runs,
    workflows,
)
from tests.mutations.mutation import Mutation

MUTATIONS: Sequence[Mutation] = [
    *agent_failures.MUTATIONS,
    *agents.MUTATIONS,
    *claims.MUTATIONS,
    *approved.MUTATIONS,
    *looking_again.MUTATIONS,
    *outcomes.MUTATIONS,
    *providers.MUTATIONS,
    *clocks.MUTATIONS,
    *feed.MUTATIONS,
    *deliveries.MUTATIONS,
    *workflows.MUTATIONS,
    *runs.MUTATIONS,
]
