"""Guard-rail that pauses a campaign when too many of its emails come back."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from outrider.access.models import Caller
from outrider.campaigns.wiring import statistics
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, transact
from outrider.mailboxes.wiring import mailbox_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.feedback import tell
from tests.integration.outreach import STEP_ONE, Launched
from tests.integration.replying import a_complaint, a_dsn, take
from tests.integration.test_feedback import events, one_sent

Hear = Callable[[Cloud, Mail], object]
HEARD = [
    pytest.param(partial(tell, kind="Bounce"), "bounces", id="notice"),
    pytest.param(lambda cloud, mail: take(cloud, a_dsn(mail)), "bounces", id="report"),
    pytest.param(lambda cloud, mail: take(cloud, a_complaint(mail)), "complaints", id="complaint"),
]
"""Ways to hear of an email that it bounced, or that its recipient complained."""


def repeated_action(action: Action, count: int) -> Action:
    """A write that counts, as often as that."""
    values = {key: {"N": str(count)} for key in action.params["ExpressionAttributeValues"]}
    return replace(action, params={**action.params, "ExpressionAttributeValues": values})


class TestGuardrail:
    def sent_before(self, api: Api, campaign: Launched, count: int) -> None:
        """As if so many mails had been sent this hour."""
        counts = statistics(Caller.engine(api.workspace().id).workspace, campaign.campaign_id)
        counted_once = counts.add_action(clock.now().date(), "stp_x", "a", "sent")
        transact(repeated_action(counted_once, count))

    @pytest.mark.parametrize(("sent", "trips"), [(99, True), (98, False), (126, False)])
    def test_pauses_a_campaign_once(self, api: Api, cloud: Cloud, sent: int, trips: bool) -> None:
        campaign = one_sent(api, cloud, contacts=5)
        self.sent_before(api, campaign, sent - 4)

        for mail in cloud.mails():
            tell(cloud, mail, "Bounce")
            tell(cloud, mail, "Bounce")

        found = api.get(f"/v1/campaigns/{campaign.campaign_id}").json
        tripped = events(api, "campaign.guardrail_tripped")
        assert (found["status"], len(tripped)) == (("paused", 1) if trips else ("active", 0))
        if trips:
            assert found["paused_reason"] == "guardrail"
            assert (tripped[0]["sent"], tripped[0]["bounced"]) == (sent + 1, 5)

    def test_forgets_what_is_older_than_a_day(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud, steps=(STEP_ONE,), contacts=5)
        first, *others = cloud.mails()
        for mail in others[:3]:
            tell(cloud, mail, "Bounce")
        cloud.clock.advance(hours=25)
        self.sent_before(api, campaign, 100)

        tell(cloud, first, "Bounce")

        assert events(api, "campaign.guardrail_tripped") == []

    @pytest.mark.parametrize(("heard", "by"), HEARD)
    def test_pauses_a_mailbox(self, api: Api, cloud: Cloud, heard: Hear, by: str) -> None:
        one_sent(api, cloud, steps=(STEP_ONE,), contacts=5)
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        workspace = Caller.engine(api.workspace().id).workspace
        taken = mailbox_repository(workspace)
        transact(taken.take_action(mailbox["id"], clock.now().date(), 10_000, 96))

        for mail in cloud.mails():
            heard(cloud, mail)
        cloud.drain()

        found = api.get(f"/v1/mailboxes/{mailbox['id']}").json
        assert (found["status"], found["paused_reason"]) == ("paused", "guardrail")
        (tripped,) = events(api, "campaign.guardrail_tripped")
        assert (tripped["paused"], tripped["mailbox_id"]) == ("mailbox", mailbox["id"])
        assert tripped["tripped_by"] == by
