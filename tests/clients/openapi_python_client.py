"""A first outreach with the client that openapi-python-client makes with its defaults.

It runs in the environment of that tool, without the project's packages.
"""

import json
import os
from typing import Any

import outrider_client.models as m
from outrider_client import AuthenticatedClient
from outrider_client.api.campaigns import get_campaign_status
from outrider_client.api.contacts import create_contacts, get_contact
from outrider_client.api.sequences import create_sequence, launch_sequence, update_sequence


def answered(answer: Any, kind: type[Any]) -> Any:
    """What was asked for, or a failure with what the API says."""
    assert isinstance(answer, kind), answer
    return answer


url, key = os.environ["OUTRIDER_URL"], os.environ["OUTRIDER_KEY"]
client = AuthenticatedClient(base_url=url, token=key)

contact = answered(
    create_contacts.sync(
        client=client, body=m.ContactCreate(email="grace@example.com", first_name="Grace")
    ),
    m.Contact,
)
assert contact.created_at.tzinfo is not None
sequence = answered(
    create_sequence.sync(
        client=client,
        body=m.SequenceCreate(
            name="First outreach",
            settings=m.SettingsInput(timezone="Europe/Berlin", daily_limit=50),
            steps=[
                m.StepCreate(
                    channel=m.StepCreateChannel.EMAIL,
                    subject="Hello {{ first_name }}",
                    text="Hi {{ first_name }}",
                ),
                m.StepCreate(
                    channel=m.StepCreateChannel.EMAIL,
                    wait_before=m.WaitInput(value=3, unit=m.WaitInputUnit.DAYS),
                    text="Did you see it?",
                ),
            ],
        ),
    ),
    m.SequenceSummary,
)
# Only what is given changes: a client that sent defaults would set the time zone back.
changed = answered(
    update_sequence.sync(
        sequence.id,
        client=client,
        body=m.SequenceUpdate(settings=m.SettingsInput(daily_limit=20)),
    ),
    m.SequenceView,
)
launched = answered(
    launch_sequence.sync(
        sequence.id, client=client, body=m.LaunchRequest(contact_ids=[contact.id])
    ),
    m.SequenceLaunched,
)
status = answered(
    get_campaign_status.sync(launched.campaign_id, client=client), m.CampaignStatusView
)
missing = answered(get_contact.sync("con_01kjf3k9q2c8m5v7x0b4n60001", client=client), m.Problem)
print(  # noqa: T201
    json.dumps(
        {
            "timezone": changed.settings.timezone,
            "daily_limit": changed.settings.daily_limit,
            "total": status.audience.total,
            "missing": missing.code,
        }
    )
)
