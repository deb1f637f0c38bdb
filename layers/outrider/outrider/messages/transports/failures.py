"""What a failed call of AWS says of the message that it was to send."""

from collections.abc import Collection

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from outrider.messages.transports import Outcome


def outcome_of(error: BotoCoreError | ClientError, refused: Collection[str]) -> Outcome:
    """`refused` are the codes that speak of the message; any other refusal is about us: our rights,
    our account, our rate. Where the service failed, or did not answer, it may have gone out."""
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            return Outcome("unknown", code)
        return Outcome("refused" if code in refused else "not_accepted", code)
    never_there = isinstance(error, ConnectTimeoutError | EndpointConnectionError)
    return Outcome("not_accepted" if never_there else "unknown", type(error).__name__)
