"""Failures of deliveries as mail servers word them, and what they say about the address."""

import pytest

from outrider.inbound import diagnoses

EXIM, QUIET = "5.0.0", ""


@pytest.mark.parametrize(
    ("status", "diagnosis"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <bob@example.com>: Recipient address rejected: User unknown"),
        ("5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist."),
        ("5.1.1", ""),
        ("5.1.2", "smtp; Host unknown"),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
        ("5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is inactive."),
        ("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied"),
        ("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=x.test"),
        ("5.3.0", "smtp; 550 5.3.0 <bob@example.com>... User unknown"),
        ("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"),
        (EXIM, "smtp; 550 5.1.1 User unknown"),
        (EXIM, "smtp; 550 No such person at this address"),
        (EXIM, "X-Postfix; unknown user: \"bob\""),
        (EXIM, "smtp; 550 <bob@example.com> is unknown here"),
        (EXIM, "Unrouteable address"),
        (EXIM, "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account"),
        (EXIM, "smtp; 552 1 Requested mail action aborted, mailbox not found"),
        ("5.1.10", "smtp; 556 5.1.10 Recipient address has null MX"),
        (EXIM, ""),
        (QUIET, "smtp; 550 No such user"),
        (QUIET, "smtp; 550 sorry, no mailbox here by that name. (#5.1.1)"),
        (QUIET, "smtp; 554 delivery error: this user doesn't have an account (0)"),
        (QUIET, "smtp; 553 5.0.0 unknown recipient"),
        (QUIET, "550"),
    ],
)  # fmt: skip
def test_of_an_address_that_does_not_exist(status: str, diagnosis: str) -> None:
    assert diagnoses.verdict(diagnoses.code_of(status, diagnosis), diagnosis) == "hard"


@pytest.mark.parametrize(
    ("status", "diagnosis"),
    [
        (EXIM, "smtp; 452-4.2.2 The email account that you tried to reach is over quota."),
        (EXIM, "smtp; 552 5.2.2 Mailbox full"),
        (EXIM, "smtp; 552 Quota exceeded (mailbox full)"),
        (EXIM, "smtp; 451 4.7.1 Greylisting in action, please try again"),
        (EXIM, "smtp; 451 Greylisted, please come back"),
        (EXIM, "smtp; 550 5.7.1 Message rejected as spam by Content Filtering"),
        (EXIM, "smtp; 554 blocked as spam by example.net"),
        (EXIM, "smtp; 550 SPF check failed"),
        (EXIM, "smtp; 554 Relaying denied"),
        (EXIM, "smtp; 554 Transaction failed"),
        (EXIM, "smtp; 550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)"),
        (EXIM, "smtp; 550 rejected because 203.0.113.7 is in a black list at zen.example"),
        (EXIM, "retry timeout exceeded"),
        (EXIM, "Domain outrider.test has exceeded the max emails per hour (100/100) allowed."),
        (EXIM, "Domain outrider.test has exceeded the max defers and failures per hour (5/5)"),
        (EXIM, 'smtp; 550 outgoing mail from "eve@outrider.test" has been suspended'),
        (EXIM, "smtp; 550 Verification failed. No Such User Here. Sender verify failed"),
        (EXIM, "smtp; 550 Sender domain not found"),
        (EXIM, "smtp; 550 Administrative prohibition"),
        (EXIM, "smtp; 550 rejected: cannot route to sender"),
        (EXIM, "smtp; 550 Your IP 203.0.113.7 is not allowed"),
        ("5.2.122", "smtp; 554 5.2.122 The recipient has exceeded their limit for the messages"),
        (EXIM, "smtp; 550 Too many messages, slow down"),
        (QUIET, "smtp; 552 Requested mail action aborted"),
        (QUIET, "smtp; 451 Temporary local problem"),
        (QUIET, "smtp; 554 5.0.0 Message content rejected"),
        (QUIET, ""),
        ("4.4.1", "X-Postfix; connect to mx.example.com[5.1.1.25]:25: Connection timed out"),
        ("4.2.1", "smtp; 450-4.2.1 The user is receiving mail at a rate that prevents more"),
        ("5.1.8", "smtp; 550 5.1.8 Sender address rejected: Domain not found"),
        ("5.2.2", "smtp; 552-5.2.2 The recipient's inbox is out of storage space."),
        ("5.2.3", "smtp; 552 5.2.3 Message size exceeds fixed maximum message size"),
        ("5.3.0", "smtp; 554 5.3.0 Mail could not be delivered"),
        ("5.4.1", "smtp; 550 5.4.1 no answer from host"),
        ("5.4.6", "smtp; 554 5.4.6 Hop count exceeded - possible mail loop"),
        ("5.4.7", "smtp; 550 5.4.7 delivery time expired"),
        ("5.4.300", "550 5.4.300 Message expired"),
        ("5.4.316", "smtp; 550 5.4.316 Message expired, connection refused"),
        ("5.5.2", "smtp; 500 5.5.2 Syntax error"),
        ("5.6.0", "smtp; 554 5.6.0 Content conversion failed"),
        ("5.7.1", "smtp; 550 5.7.1 Unauthenticated email is not accepted (DMARC policy)"),
        ("5.7.133", "smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup"),
    ],
)
def test_of_anything_else(status: str, diagnosis: str) -> None:
    assert diagnoses.verdict(diagnoses.code_of(status, diagnosis), diagnosis) == "soft"


@pytest.mark.parametrize(
    ("status", "diagnosis", "code"),
    [
        ("5.1.1 (bad destination mailbox)", "smtp; 550 5.7.1 no", "5.1.1"),
        ("5.0.0", "smtp; 452-4.2.2 full", "4.2.2"),
        ("5.0.0", "smtp; 550 no", "5.0.0"),
        ("", "smtp; 550 5.1.1 no", "5.1.1"),
        ("", "connect to mx[5.1.1.25]:25 failed", ""),
    ],
)
def test_the_code_that_says_more(status: str, diagnosis: str, code: str) -> None:
    assert diagnoses.code_of(status, diagnosis) == code
