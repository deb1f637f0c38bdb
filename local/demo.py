"""Demo on a running stack: import leads, lint and launch a sequence, receive verified webhooks,
explain why a step waits, unsubscribe, read the statistics, and have a workflow research, score and
email leads.

Run `make demo` in one terminal while `make run` runs in another. It uses the public API only, and
reads the sent emails from the stack's inbox. It ends with tables, or with a list of what is missing
and exit code 1.
"""

import base64
import csv
import json
import re
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.errors import LocalStackError
from local.home import Home
from local.receiver import WebhookReceiver, listening
from local.workflow_demo import workflow_demo

LEADS = Path(__file__).parent / "samples" / "leads-100.csv"
_BATCH = 10
_PATIENCE_SECONDS = 180
_STEPS = [
    {
        "channel": "email",
        "wait_days": 0,
        "variants": [
            {
                "id": "question",
                "subject": "{{ first_name }}, a question about {{ company }}",
                "text": "Hi {{ first_name }},\n\nwho does outreach at {{ company }}?\n\nAda\n",
            },
            {
                "id": "short",
                "subject": "Outreach at {{ company }}",
                "text": "{Hi|Hello} {{ first_name }},\n\nis it you who does it?\n\nAda\n",
            },
        ],
    },
    {
        "channel": "email",
        "wait_days": 3,
        "if": "no_reply",
        "text": "Hi {{ first_name }},\n\ndid my question get lost? No hurry.\n\nAda\n",
    },
]
_SETTINGS = {"postal_address": "Outrider, 1 Example Way, Example Town"}
_LINK = re.compile(r"https?://\S+/t/u/[\w-]+")


@dataclass(frozen=True, slots=True)
class Stack:
    """Client of a running stack's public API."""

    base_url: str
    key: str
    inbox_url: str
    http: urllib3.PoolManager

    @classmethod
    def running(cls) -> "Stack":
        """Return a client of the running stack. Raises LocalStackError if no stack is running."""
        path = Home.from_environment().local_json
        if not path.exists():
            raise LocalStackError("no stack is running here; start one with `make run`")
        local = json.loads(path.read_text())
        http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(60))
        return cls(local["base_url"], local["live_key"], local["inbox_url"], http)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request, and return the JSON of the response. Raises LocalStackError with the
        problem's detail if the status is 400 or above."""
        try:
            answer = self.http.request(
                method,
                self.base_url + path,
                headers={"Authorization": f"Bearer {self.key}"},
                json=body,
            )
        except urllib3.exceptions.HTTPError as error:
            raise LocalStackError(f"the API does not answer at {self.base_url}: {error}") from error
        if answer.status >= 400:
            raise LocalStackError(f"{method} {path}: {answer.status} {answer.json()['detail']}")
        return answer.json()

    def emails(self) -> dict[str, tuple[str, str]]:
        """Return the recipient and text of all emails sent so far, by message id."""
        accounts = self.http.request("GET", self.inbox_url).json()["messages"].values()
        return {
            email["MessageId"]: (email["To"][0], email["BodyText"] or "")
            for emails in accounts
            for email in emails
        }

    def press(self, link: str) -> int:
        """Unsubscribe with one click, as an email client does (RFC 8058), and return the status.
        The link may contain the API's address on AWS; the request goes to the local gateway."""
        here = self.base_url + urlsplit(link).path
        return self.http.request(
            "POST", here, fields={"List-Unsubscribe": "One-Click"}, encode_multipart=False
        ).status


def leads(path: Path = LEADS) -> list[dict[str, Any]]:
    """Return the rows of the CSV file as contacts."""
    with path.open(newline="", encoding="utf-8") as lines:
        return [
            {
                "email": row["Email 1"],
                "first_name": row["First Name"],
                "last_name": row["Last Name"],
                "company": row["Company"],
                "phone": row["Phone 1"],
                "source": row["Source"],
                "custom": {"website": row["Website"], "deal_stage": row["Deal Stage"]},
            }
            for row in csv.DictReader(lines)
        ]


def main() -> None:
    console = Console()
    try:
        missing = demo(Stack.running(), console)
    except LocalStackError as error:
        console.print(f"[red]demo:[/] {error}")
        sys.exit(1)
    if missing:
        console.print(f"[red]The demo is not complete:[/] {'; '.join(missing)}")
        sys.exit(1)


def demo(stack: Stack, console: Console) -> list[str]:
    """Run the demo, and return what is missing at the end."""
    receiver = WebhookReceiver()
    with listening(receiver) as url, _progress(console) as progress:
        contacts = _import(stack, progress)
        before = set(stack.emails())
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        receiver.trust(secret)
        webhook = stack.call(
            "POST", "/v1/webhooks", {"url": url, "events": ["email.sent"], "secret": secret}
        )
        try:
            body = {"name": "A first outreach", "steps": _STEPS, "settings": _SETTINGS}
            sequence = stack.call("POST", "/v1/sequences", body)
            lint = stack.call("POST", f"/v1/sequences/{sequence['id']}/lint")
            launched = stack.call(
                "POST", f"/v1/sequences/{sequence['id']}/launch", {"contact_ids": list(contacts)}
            )
            campaign_id = launched["campaign_id"]

            def emailed() -> int:
                new = {to for email, (to, _) in stack.emails().items() if email not in before}
                return len(new & set(contacts.values()))

            def notified() -> int:
                return receiver.count("email.sent", campaign_id=campaign_id)

            total = len(contacts)
            arrived = _wait(progress, "First emails in the inbox", total, emailed)
            verified = _wait(progress, "Verified email.sent webhooks", total, notified)
            late = _trigger(stack, campaign_id)
            _wait(progress, "The email to a triggered contact", 1, lambda: notified() - total)
            left = _leave(stack, progress, campaign_id, late)
        finally:
            stack.call("DELETE", f"/v1/webhooks/{webhook['id']}")
        workflow = workflow_demo(stack, partial(_wait, progress), console)
    stats = stack.call("GET", f"/v1/campaigns/{campaign_id}/stats")
    rows = {
        "Contacts imported": (len(contacts), len(leads())),
        "Errors of lint": (sum(each["severity"] == "error" for each in lint["findings"]), 0),
        "First emails in the inbox": (arrived, total),
        "Verified email.sent webhooks": (verified, total),
        "Refused webhooks": (receiver.refused, 0),
        "Emails that the campaign counts": (stats["totals"]["sent"], total + 1),
        "Enrollments waiting for step two": (stats["audience"]["active"], total),
        "Unsubscribed by the link in an email": (left, 1),
        **workflow,
    }
    _print(console, campaign_id, rows)
    _print_variants(console, stats)
    _print_waiting(console, stack, campaign_id)
    return [f"{what}: {got} of {wanted}" for what, (got, wanted) in rows.items() if got != wanted]


def _trigger(stack: Stack, campaign_id: str) -> str:
    """Add a new contact to the campaign, and return its address."""
    address = f"grace-{secrets.token_hex(4)}@leaving.example"
    new = {"email": address, "first_name": "Grace", "company": "Harvard"}
    stack.call("POST", f"/v1/campaigns/{campaign_id}/trigger", new)
    return address


def _leave(stack: Stack, progress: Progress, campaign_id: str, address: str) -> int:
    """Open the unsubscribe links in the emails to the address; return how many contacts have
    unsubscribed."""
    texts = [text for to, text in stack.emails().values() if to == address]
    for link in [found[0] for text in texts if (found := _LINK.search(text))]:
        stack.press(link)

    def unsubscribed() -> int:
        stats = stack.call("GET", f"/v1/campaigns/{campaign_id}/stats")
        return int(stats["totals"]["unsubscribed"])

    return _wait(progress, "Unsubscribed by the link in it", 1, unsubscribed)


def _import(stack: Stack, progress: Progress) -> dict[str, str]:
    """Import the leads, ten per request; return their addresses by contact id."""
    rows = leads()
    task = progress.add_task("Contacts imported", total=len(rows))
    contacts: dict[str, str] = {}
    for start in range(0, len(rows), _BATCH):
        batch = {"contacts": rows[start : start + _BATCH], "upsert": True}
        for result in stack.call("POST", "/v1/contacts", batch)["results"]:
            if result["result"] == "failed":
                raise LocalStackError(f"{result['email']} was not imported: {result['reason']}")
            contacts[result["id"]] = result["email"]
        progress.update(task, completed=len(contacts))
    return contacts


def _wait(progress: Progress, what: str, total: int, count: Callable[[], int]) -> int:
    """Poll a count until it reaches `total` or the timeout ends, and return it."""
    task = progress.add_task(what, total=total)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (seen := count()) < total and time.monotonic() < deadline:
        progress.update(task, completed=seen)
        time.sleep(0.5)
    progress.update(task, completed=seen)
    return seen


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<36}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _print(console: Console, campaign_id: str, rows: dict[str, tuple[int, int]]) -> None:
    table = Table(title=f"Campaign {campaign_id}")
    table.add_column("")
    table.add_column("Seen", justify="right")
    table.add_column("Expected", justify="right")
    for what, (got, wanted) in rows.items():
        table.add_row(what, str(got), str(wanted), style="green" if got == wanted else "red")
    console.print(table)


def _print_variants(console: Console, stats: dict[str, Any]) -> None:
    table = Table(title="Its first step, by variant")
    for column in ("Variant", "Sent", "Replied", "Unsubscribed"):
        table.add_column(column, justify="left" if column == "Variant" else "right")
    for variant in stats["by_step"][0]["by_variant"]:
        rates, sent = variant["rates"], variant["counts"]["sent"]
        shares = [f"{rates[name]['value'] or 0:.1%}" for name in ("replied", "unsubscribed")]
        table.add_row(variant["variant_id"], str(sent), *shares)
    console.print(table)


def _print_waiting(console: Console, stack: Stack, campaign_id: str) -> None:
    """Print why an active enrollment has not received its second email yet."""
    page = stack.call("GET", f"/v1/campaigns/{campaign_id}/enrollments?status=active&limit=1")
    for enrollment in page["data"]:
        path = f"/v1/enrollments/{enrollment['id']}/explain"
        explained = stack.call("GET", path)
        closed = ", ".join(gate["reason"] for gate in explained["gates"]) or "none"
        console.print(
            f"GET {path}\n  its next step can go out at {explained['earliest_send_at']}; "
            f"gates that are closed: {closed}",
            soft_wrap=True,
        )


if __name__ == "__main__":
    main()
