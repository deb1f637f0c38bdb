"""Writes texts with the model of a workspace, for workers and functions of the API. It alone of
them may decrypt the keys of providers, and it reads nothing but these."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.writing.model_wiring import write
from outrider.writing.remote import WritingOrder


@needs(Environment.keys_table, Environment.secrets_key_id)
@observed
def handler(order: dict[str, Any], _: object) -> dict[str, Any]:
    return write(WritingOrder.model_validate(order)).model_dump()
