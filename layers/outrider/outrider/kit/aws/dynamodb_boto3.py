"""DynamoDB transport over the AWS SDK's client: slower than `dynamodb_http`, but supports every SDK
setting, such as proxies and FIPS endpoints."""

from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from outrider.kit.aws.dynamodb_transport import (
    NO_CREDENTIALS,
    Answer,
    Refused,
    Retries,
    Unreachable,
    failed,
)
from outrider.kit.settings import Misconfigured


class Boto3DynamoDB:
    """Transport over an SDK client that makes one attempt per call; `Retries` repeats calls in the
    same way for all transports."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._retries = Retries()

    def call(self, operation: str, params: dict[str, Any]) -> Answer:
        method = getattr(self._client, xform_name(operation))
        return self._retries.run(lambda: _attempt(method, params))


def _attempt(method: Any, params: dict[str, Any]) -> Answer:
    try:
        answer: Answer = method(**params)
    except ClientError as error:
        raise _failed(error.response) from error
    except NoCredentialsError as error:
        raise Misconfigured(NO_CREDENTIALS) from error
    except BotoCoreError as error:
        raise Unreachable(str(error)) from error
    del answer["ResponseMetadata"]
    return answer


def _failed(response: dict[str, Any]) -> Refused | Unreachable:
    error = response.pop("Error")
    status = response.pop("ResponseMetadata")["HTTPStatusCode"]
    return failed(status, error["Code"], {"message": error.get("Message"), **response})
