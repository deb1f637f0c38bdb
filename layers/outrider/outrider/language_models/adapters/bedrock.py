"""Amazon Bedrock's Converse API, called with a Bedrock API key and never with the function's
role."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider

from outrider.kit.aws import clients
from outrider.language_models.adapters.transport import ProviderTransport


def converse(
    name: str, api_key: str, base_url: str, transport: ProviderTransport
) -> BedrockConverseModel:
    """Return the model at Bedrock. boto3 builds the requests and reads the responses; in between
    they go through `transport`."""

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        authorized = {**headers, "Authorization": f"Bearer {api_key}"}
        response = transport.send(request.url, request.body or b"", authorized)
        return AWSResponse(
            request.url, response.status, dict(response.headers), _Body(response.body)
        )

    client = clients.unsigned_client("bedrock-runtime", base_url)
    client.meta.events.register_first("before-send.bedrock-runtime.Converse", send)
    return BedrockConverseModel(name, provider=BedrockProvider(bedrock_client=client))


@dataclass(frozen=True, slots=True)
class _Body:
    """Body of a response, in the form that botocore reads."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.content


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
