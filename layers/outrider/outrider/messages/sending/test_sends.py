"""Test sends of a step to an address of the workspace, rendered for a real contact.

A test message has no side effects: its id (`tst_…`) names no message, its links name no contact,
and only the mailbox's daily cap counts it, because it is a real email. It is recorded before it is
sent, at `<workspace>#test` / `tst_…`, so a request that is repeated after a crash does not send it
again. The tests of a day (UTC) are counted at `<workspace>#mbx_…` / `tests#<yyyy-mm-dd>`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from outrider.access.errors import RateLimited
from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action, Reason, Table, TransactionFailed, transact
from outrider.kit.errors import Conflict, ValidationFailed
from outrider.mailboxes.health.remedies import unproved
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.messages.content import mime, rendering
from outrider.messages.content.composer import Composer, Composition
from outrider.messages.content.drafts import Mail
from outrider.messages.models import Content, Message
from outrider.messages.schemas import TestMessage, TestResult, TestSend
from outrider.messages.transports import SendOutcome, Transport

DAILY = 20
"""Maximum number of test messages per mailbox and day (UTC)."""
_PREFIX = "tst"
_LIFE = timedelta(days=4)
"""Time to live of the records; longer than an Idempotency-Key is kept."""
_INTERRUPTED = "The request was cut short while the test message was sent"


def is_test(message_id: str) -> bool:
    """Return whether the id is that of a test message."""
    return ids.is_id(_PREFIX, message_id)


@dataclass(frozen=True, slots=True)
class TestSends:
    """Records of the test messages of one workspace."""

    table: Table
    workspace: WorkspaceId

    def add_action(self, message_id: str, result: TestResult) -> Action:
        """Return the write that records a test message before it is sent. `result` is what a
        repeated request returns if no outcome is ever recorded. The condition fails if the message
        is already recorded."""
        item = {
            "pk": self._pk,
            "sk": message_id,
            "result": result,
            "ttl": int((clock.now() + _LIFE).timestamp()),
        }
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def settle_action(self, message_id: str, result: TestResult) -> Action:
        return self.table.update_action(
            self._pk, message_id, "SET #result = :result", result=result
        )

    def count_action(self, mailbox_id: str, day: date) -> Action:
        """Return the write that counts one test message. The condition fails if the daily limit is
        reached."""
        expires = datetime.combine(day, time.min, tzinfo=UTC) + _LIFE
        return self.table.update_action(
            f"{self.workspace}#{mailbox_id}",
            f"tests#{day.isoformat()}",
            "SET #ttl = :ttl ADD #used :one",
            "attribute_not_exists(#used) OR #used < :limit",
            ttl=int(expires.timestamp()),
            one=1,
            limit=DAILY,
        )

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#test"


@dataclass(frozen=True, slots=True)
class TestSendService:
    caller: Caller
    composer: Composer
    mailboxes: MailboxRepository
    tests: TestSends
    transport: Transport

    def send(self, sequence_id: str, request: TestSend) -> TestMessage:
        """Send the step through the mailbox, at most once for each Idempotency-Key.

        Raises the errors of `Composer.compose`; ValidationFailed if the address is not a verified
        mailbox of the workspace or the step cannot be rendered for the contact; Conflict if no
        mailbox can send; RateLimited if the mailbox's daily limit of tests or its cap is reached;
        StoreFailed if DynamoDB fails.
        """
        self.caller.begin()
        composed = self.composer.compose(sequence_id, request)
        mailbox = _sending(composed)
        if not self.mailboxes.is_own(request.to):
            raise ValidationFailed.at(
                "/to",
                f"{request.to} is not a verified mailbox of this workspace. Test messages can be "
                "sent only to your own mailboxes: GET /v1/mailboxes lists them, POST "
                "/v1/mailboxes adds one",
            )
        content = _marked(_written(composed))
        message = _message(self.caller.new_id(_PREFIX), composed, mailbox, request.to)
        if (known := self._reserve(mailbox, message)) is not None:
            answer = _answer(message, content, known, _INTERRUPTED if known == "unknown" else "")
            transact(self.tests.settle_action(message.id, known), *self.caller.keep_actions(answer))
            return answer
        outcome = self.transport.send(message, mailbox, _mime(composed, mailbox, message, content))
        return self._record(mailbox, message, content, outcome)

    def _reserve(self, mailbox: Mailbox, message: Message) -> TestResult | None:
        """Record the test message and count it towards the mailbox's daily limits. Return the
        recorded result if this request is a repetition."""
        try:
            transact(
                self.tests.add_action(message.id, "unknown"),
                self.tests.count_action(mailbox.id, message.day),
                self.mailboxes.take_action(mailbox.id, message.day, mailbox.cap_on(message.day), 1),
            )
        except TransactionFailed as failure:
            noted, tests, cap = failure.reasons
            if noted.failed and noted.item:
                result: TestResult = noted.item["result"]
                return result
            raise _used_up(mailbox, message.day, tests, cap) from failure
        return None

    def _record(
        self, mailbox: Mailbox, message: Message, content: Content, outcome: SendOutcome
    ) -> TestMessage:
        results: dict[str, TestResult] = {"accepted": "sent", "unknown": "unknown"}
        result = results.get(outcome.kind, "not_sent")
        answer = _answer(message, content, result, outcome.detail)
        actions = [self.tests.settle_action(message.id, result), *self.caller.keep_actions(answer)]
        if result == "not_sent":
            actions.append(self.mailboxes.give_back_action(mailbox.id, message.day, 1))
        transact(*actions)
        return answer


def _sending(composed: Composition) -> Mailbox:
    """Return the mailbox that sends. Raises ValidationFailed if the step is not an email, and
    Conflict if the mailbox cannot send."""
    if composed.step.channel != "email":
        raise ValidationFailed.at(
            "/step_id",
            f"The step is of the channel {composed.step.channel}: only emails can be sent as "
            "a test. GET /v1/messages/preview shows the others",
        )
    mailbox = composed.seen.mailbox
    if mailbox is None:
        raise Conflict(f"There is no mailbox in {composed.pool}. Add one with POST /v1/mailboxes")
    if not mailbox.is_verified:
        raise Conflict(f"{unproved(mailbox)}, or choose another")
    if not mailbox.can_send:
        remedy = (
            'resume it with PATCH /v1/mailboxes/{mailbox_id} {"status": "active"}'
            if mailbox.is_healthy
            else "POST /v1/mailboxes/{mailbox_id}/check says why"
        )
        state = "paused" if mailbox.is_healthy else "failing"
        raise Conflict(f"The mailbox {mailbox.email} is {state}: {remedy}, or choose another")
    return mailbox


def _written(composed: Composition) -> Content:
    """Return the step's content for the contact. Raises ValidationFailed."""
    try:
        mail = rendering.write(composed.seen, composed.enrollment, composed.step)
    except ValueError as error:
        raise ValidationFailed.at(
            "/step_id",
            f"The step cannot be rendered for this contact: {error}. GET /v1/messages/preview "
            "lists everything that is missing",
        ) from error
    assert isinstance(mail, Mail)
    return mail.content


def _marked(content: Content) -> Content:
    return content.model_copy(update={"subject": f"[Test] {content.subject}"})


def _message(message_id: str, composed: Composition, mailbox: Mailbox, to: str) -> Message:
    return Message(
        id=message_id,
        contact_id=composed.enrollment.contact_id,
        campaign_id=composed.enrollment.campaign_id,
        sequence_id=composed.enrollment.sequence_id,
        enrollment_id=composed.enrollment.id,
        step_id=composed.step.id,
        variant_id=composed.step.variants[0].id,
        mailbox_id=mailbox.id,
        sender=mailbox.email,
        recipient=to,
        state="unknown",
        created_at=clock.timestamp(),
    )


def _mime(composed: Composition, mailbox: Mailbox, message: Message, content: Content) -> bytes:
    """Return the MIME bytes of the test email. It has no thread headers, because a reply to it
    belongs to no message, and its links are not tracked, so that clicks are not counted."""
    links = composed.seen.links
    assert links is not None
    return mime.write(
        content,
        html=content.html,
        mailbox=mailbox,
        to=message.recipient or "",
        message_id=message.id,
        unsubscribe_url=replace(links, sample=True).unsubscribe(composed.seen.message_id),
        thread=None,
        now=clock.now(),
        test=True,
    )


def _answer(message: Message, content: Content, result: TestResult, detail: str) -> TestMessage:
    return TestMessage(
        id=message.id,
        sequence_id=message.sequence_id,
        step_id=message.step_id,
        variant_id=message.variant_id,
        contact_id=message.contact_id,
        mailbox_id=message.mailbox_id,
        to=message.recipient or "",
        subject=content.subject,
        result=result,
        detail=detail or None,
    )


def _used_up(mailbox: Mailbox, day: date, tests: Reason, cap: Reason) -> RateLimited:
    if tests.failed:
        what = f"{mailbox.email} has sent {DAILY} test messages today, as many as it may"
    else:
        assert cap.failed
        what = f"{mailbox.email} has sent {mailbox.cap_on(day)} emails today, as many as it may"
    tomorrow = datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)
    seconds = max(1, -int((clock.now() - tomorrow).total_seconds() // 1))
    return RateLimited(
        f"{what}. Choose another with mailbox_id, or wait until {clock.to_text(tomorrow)}",
        headers={"Retry-After": str(seconds)},
    )
