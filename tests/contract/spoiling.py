"""A record that the product cannot read, which no call makes."""

from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from tests.harness.api import Api


def spoil_the_balance(api: Api) -> None:
    """Give `acme` a balance that is no number: a call that reads it fails unexpectedly."""
    item = {"pk": api.workspace().id, "sk": "#", "granted": "unreadable"}
    table = Table(settings().credits_table)
    table.write(table.put_action(item))
