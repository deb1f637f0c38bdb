"""All mutations."""

from collections.abc import Sequence

from tests.mutations import claims, looking_again
from tests.mutations.mutation import Mutation

MUTATIONS: Sequence[Mutation] = [*claims.MUTATIONS, *looking_again.MUTATIONS]
