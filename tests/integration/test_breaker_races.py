"""The breaker of a mailbox that many workers send from at once."""

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.wiring import health_reviews, mailbox_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import a_mailbox


@pytest.fixture
def reviews(api: Api) -> HealthReviews:
    return health_reviews(Caller.engine(WorkspaceId(api.workspace().id)))


@pytest.fixture
def mailbox_id(api: Api) -> str:
    return str(a_mailbox(api)["id"])


def as_it_is(api: Api, mailbox_id: str) -> Mailbox:
    found = mailbox_repository(WorkspaceId(api.workspace().id)).get(mailbox_id)
    assert found
    return found


def test_counts_each_refusal_of_two_workers(
    api: Api, cloud: Cloud, reviews: HealthReviews, mailbox_id: str
) -> None:
    seen = as_it_is(api, mailbox_id)

    with cloud.wire.once_after("BatchGetItem", lambda: reviews.refused(seen, "unreachable", "no")):
        reviews.refused(seen, "unreachable", "no")

    breaker = as_it_is(api, mailbox_id).breaker
    assert breaker
    assert breaker.failures == 2


def test_has_one_probe_at_a_time_whose_mail_closes_it(
    api: Api, cloud: Cloud, reviews: HealthReviews, mailbox_id: str
) -> None:
    reviews.refused(as_it_is(api, mailbox_id), "identity", "not verified")
    cloud.clock.advance(minutes=15)
    seen = as_it_is(api, mailbox_id)
    assert seen.is_half_open

    probes = [reviews.begin_probe(seen) for _ in range(2)]
    meanwhile = as_it_is(api, mailbox_id)
    reviews.accepted(seen)

    assert probes == [True, False]
    assert (meanwhile.can_send, meanwhile.is_half_open) == (False, False)
    assert as_it_is(api, mailbox_id).breaker is None
