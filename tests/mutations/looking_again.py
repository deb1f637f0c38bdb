"""The last look, behind the claim and right before the mail, and what it looks at."""

from tests.mutations.mutation import Change, Mutation

_STANDING = "messages/sending/last_check.py"
_CLAIMS = "messages/sending/claims.py"
_TESTS = "tests/integration/test_claims.py"
_STALE = "tests/integration/test_stale_reads.py"
_DISTURBED = "tests/engine/test_disturbances.py"
_LOOK = f"{_TESTS}::TestLook::test_honours_what_was_committed_before_it"
_LAST_CONTACTS = "tests/integration/test_last_contacts.py"
_BLOCKING = "suppressions=self.suppressions.blocking(standing, email, others),"


def _blind(to: str, old: str, new: str, *killed_by: str) -> Mutation:
    return Mutation(
        f"look again without {to}",
        tuple(f"{_LOOK}[{each}]" for each in killed_by),
        (Change(_STANDING, old, new),),
    )


MUTATIONS = [
    Mutation(
        "no look behind a wait for the rate",
        (f"{_TESTS}::TestLook::test_is_made_again_behind_a_wait_for_the_rate",),
        (
            Change(
                "messages/transports/pacing.py",
                "if pace.wait() and not may_send():",
                "if pace.wait() and not callable(still):",
            ),
        ),
    ),
    Mutation(
        "look before the claim",
        (f"{_LOOK}[address]",),
        (
            Change(
                _CLAIMS,
                "self.enrollments.table.write(claim)\n"
                "        try:\n"
                "            found = self._check_again(seen, ready, message)\n",
                "try:\n"
                "            found = self._check_again(seen, ready, message)\n"
                "            self.enrollments.table.write(claim)\n",
            ),
        ),
    ),
    Mutation(
        "look again at nothing",
        (_LOOK,),
        (
            Change(
                _CLAIMS,
                "ready: Ready, message: Message) -> Closed | Snapshot:\n"
                "        now = self.standing.read(seen, ready.enrollment)\n",
                "ready: Ready, message: Message) -> Closed | Snapshot:\n        now = seen\n",
            ),
        ),
    ),
    Mutation(
        "look again at what may be out of date",
        (f"{_TESTS}::TestLook::test_is_consistent",),
        (
            Change(
                "kit/aws/dynamodb.py",
                '{"Keys": [], "ConsistentRead": newest}',
                '{"Keys": [], "ConsistentRead": False}',
            ),
        ),
    ),
    _blind(
        "the contact",
        "contact=contact_of(contact_item, seen.touch),",
        "contact=seen.contact,",
        "unsubscribed",
        "deleted",
    ),
    _blind(
        "the address",
        _BLOCKING,
        "suppressions=[\n"
        "                    each\n"
        "                    for each in self.suppressions.blocking(standing, email, others)\n"
        '                    if each.kind != "address" or each.address != email\n'
        "                ],",
        "address",
    ),
    _blind(
        "the domain",
        _BLOCKING,
        "suppressions=[\n"
        "                    each\n"
        "                    for each in self.suppressions.blocking(standing, email, others)\n"
        '                    if each.kind != "domain"\n'
        "                ],",
        "domain",
    ),
    _blind(
        "the addresses of merged contacts",
        _BLOCKING,
        "suppressions=self.suppressions.blocking(standing, email),",
        "other_address",
    ),
    _blind(
        "the bounces of all workspaces",
        "bounced_elsewhere=_at(found, bounce) is not None,",
        "bounced_elsewhere=False,",
        "bounce",
    ),
    _blind(
        "the company's reply",
        "company_replied=_at(found, reply) is not None,",
        "company_replied=False,",
        "company",
    ),
    _blind(
        "the campaign",
        "campaign=Campaign.model_validate(campaign_item) if campaign_item else None,",
        "campaign=seen.campaign,",
        "campaign",
    ),
    _blind(
        "the mailbox",
        "mailbox=Mailbox.model_validate(mailbox_item) if mailbox_item else None,",
        "mailbox=seen.mailbox,",
        "mailbox",
    ),
    Mutation(
        "contact that is another than was written for",
        (f"{_TESTS}::TestLook::test_sends_to_the_address_that_the_contact_has_then",),
        (Change(_CLAIMS, "contact and contact.version,", "contact is not None,"),),
    ),
    *(
        Mutation(
            f"sent, though {what} changed since it was written",
            (f"{_STALE}::TestWhatHolds::test_is_what_the_mail_is_written_from",),
            (Change(_CLAIMS, old, new),),
        )
        for what, old, new in (
            ("the rules", "(campaign.settings, campaign.least_steps_version)", "campaign.id"),
            ("the steps", "(campaign.settings, campaign.least_steps_version)", "campaign.settings"),
            ("the sender", "(mailbox.email, mailbox.name, mailbox.kind)", "mailbox.id"),
        )
    ),
    Mutation(
        "task, though the contact changed since it was written",
        (f"{_STALE}::TestWhatHolds::test_is_what_a_task_is_written_from",),
        (
            Change(
                _CLAIMS,
                "raise Outdated(task.id)",
                "pass",
            ),
        ),
    ),
    Mutation(
        "left out for what is over",
        (f"{_STALE}::TestWhatIsOver",),
        (
            Change(
                "messages/sending/steps.py",
                "if not (newest or isinstance(decision, Ready)):",
                "if newest and False:",
            ),
        ),
    ),
    Mutation(
        "left to another campaign by a rule that is over",
        (f"{_STALE}::TestWhatIsOver::test_keeps_nobody_for_another_campaign",),
        (
            Change(
                "messages/sending/steps.py",
                "if not (newest or isinstance(decision, Ready)):",
                "if not (newest or isinstance(decision, Ready | Stopped)):",
            ),
        ),
    ),
    Mutation(
        "notice of a message that no replica has is left to come again",
        (f"{_DISTURBED}::TestScenarios::test_outlive_replicas_that_are_behind[lost_outcome]",),
        (
            Change(
                "feedback/service.py",
                "messages.find(named, newest=False) or messages.find(named)",
                "messages.find(named, newest=False)",
            ),
        ),
    ),
    Mutation(
        "message of the step read as it was a moment ago",
        (f"{_STALE}::TestWhatHolds::test_does_not_read_the_message_as_it_was",),
        (
            Change(
                "messages/sending/snapshot.py",
                "tables - {self.messages.table}",
                "tables",
            ),
        ),
    ),
    Mutation(
        "last contact of another campaign",
        (f"{_LAST_CONTACTS}::TestInterval",),
        (
            Change(
                "contacts/touches.py",
                'condition = "attribute_not_exists(#pk) OR #at <= :before OR #by = :by"',
                'condition = "attribute_not_exists(#pk) OR #at <= :before OR #at > :before"',
            ),
        ),
    ),
    Mutation(
        "last contact noted behind the look",
        (f"{_TESTS}::TestLook::test_keeps_the_interval",),
        (
            Change(
                _CLAIMS,
                " or self._touch(message, now.settings)",
                "",
            ),
        ),
    ),
    Mutation(
        "last contact undone though another came later",
        (f"{_LAST_CONTACTS}::TestUndoing",),
        (
            Change(
                "contacts/touches.py", '"#at = :at AND #by = :by",', '"#at = :at OR #at <> :at",'
            ),
        ),
    ),
    Mutation(
        "last contact that stays for a mail that was not sent",
        (f"{_LAST_CONTACTS}::TestUndoing::test_is_done_for_a_mail_that_never_went_out",),
        (
            Change(
                _CLAIMS,
                "self.touches.undo(message.contact_id, self.campaign_id, at)",
                "at.isoformat()",
            ),
        ),
    ),
    Mutation(
        "last contact moved over a later one",
        (f"{_LAST_CONTACTS}::TestMerging::test_takes_none_back_that_came_meanwhile",),
        (
            Change(
                "contacts/touches.py",
                '"attribute_not_exists(#pk) OR #at <= :at",',
                '"attribute_not_exists(#pk) OR #at <= :at OR #at > :at",',
            ),
        ),
    ),
]
