"""Why a mailbox sends nothing, and what to do about it."""

from outrider.mailboxes.models import Mailbox


def why_it_cannot_send(mailbox: Mailbox) -> tuple[str, str]:
    """The reason and the remedy of a mailbox that is paused or failing."""
    if mailbox.status == "paused":
        return "mailbox_paused", f"Resume {mailbox.email} with PATCH /v1/mailboxes/{mailbox.id}"
    wrong = ", ".join(mailbox.health_reasons)
    remedy = f"Mend {mailbox.email} ({wrong}): POST /v1/mailboxes/{mailbox.id}/check tells more"
    return "mailbox_unhealthy", remedy
