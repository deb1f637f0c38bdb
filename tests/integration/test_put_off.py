"""A step that one of two workers with the same job has put off."""

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.stack import environment
from tests.integration.outreach import launched
from tests.integration.test_claims import queued, run


def test_is_not_sent_by_the_other(api: Api, cloud: Cloud) -> None:
    """The unit of the day's cap that was reserved for it is free, and another mail's by now."""
    with environment(cloud.stack.environment("steps_run")):
        job = queued(api, cloud, launched(api))
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        path = f"/v1/mailboxes/{mailbox['id']}"

        def first() -> None:
            api.patch(path, {"status": "paused"})
            assert run(job) == "deferred: mailbox_paused"
            api.patch(path, {"status": "active"})

        with cloud.wire.once_after("BatchGetItem", first):
            outcome = run(job)

    assert (outcome, cloud.mails()) == ("dropped: the step was put off", [])
