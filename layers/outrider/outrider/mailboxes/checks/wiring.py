"""Wiring of the `mailboxes.checks` package."""

from functools import partial

from outrider.access.models import Caller
from outrider.kit.aws import ses_identities
from outrider.kit.settings import settings
from outrider.mailboxes.checks.dns import Dns
from outrider.mailboxes.checks.service import CheckService
from outrider.mailboxes.ownership.wiring import lapses
from outrider.mailboxes.wiring import health_reviews, mailbox_repository, smtp_sessions


def checks(caller: Caller) -> CheckService:
    return CheckService(
        caller,
        mailbox_repository(caller.workspace),
        health_reviews(caller),
        smtp_sessions(caller.workspace),
        partial(Dns.of, settings().dns_server),
        ses_identities.find,
        ses_identities.account,
        lapses(caller),
    )
