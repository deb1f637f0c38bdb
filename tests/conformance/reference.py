"""What the conformance suite expects of its own server (its tools, prompts and resources), behind
our adapter for Lambda. It is served by the tests alone: no deployment has it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from unittest.mock import patch

from mcp import types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer
from outrider.mcp import adapter

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5Erk"
    "Jggg=="
)
SOUND = base64.b64encode(
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\0\0\0\0"
).decode()
_SECRET = b"of the tests"
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"

Given = Mapping[str, Any]
"""Responses of the client to the requests of the server."""
Block = types.ContentBlock
NOBODY: Any = None
"""In place of a caller, for whom these tools do not ask."""


def text(words: str) -> types.TextContent:
    return types.TextContent(text=words)


def picture() -> types.ImageContent:
    return types.ImageContent(data=PICTURE, mime_type="image/png")


def embedded(uri: str, media: str, words: str) -> types.EmbeddedResource:
    content = types.TextResourceContents(uri=uri, mime_type=media, text=words)
    return types.EmbeddedResource(resource=content)


CONTENTS: Mapping[str, list[Block]] = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [picture()],
    "test_audio_content": [types.AudioContent(data=SOUND, mime_type="audio/wav")],
    "test_embedded_resource": [
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        picture(),
        embedded(
            "test://mixed-content-resource", "application/json", '{"test":"data","value":123}'
        ),
    ],
    "test_error_handling": [text("This tool intentionally returns an error for testing")],
}
"""Content of the results of tools without arguments."""


def asked(message: str, field: str, kind: str = "string") -> dict[str, Any]:
    """A question to the user, with one field."""
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return {
        "method": "elicitation/create",
        "params": {"message": message, "requestedSchema": schema},
    }


def written(message: str) -> dict[str, Any]:
    """A text that the client's model writes."""
    said = {"role": "user", "content": {"type": "text", "text": message}}
    return {"method": "sampling/createMessage", "params": {"messages": [said], "maxTokens": 100}}


ROOTS: dict[str, Any] = {"method": "roots/list", "params": {}}
_NAME = asked("What is your name?", "name")
_CONFIRM = asked("Please confirm", "ok", "boolean")
NEEDS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "test_input_required_result_elicitation": ({"user_name": _NAME},),
    "test_input_required_result_sampling": (
        {"capital_question": written("What is the capital of France?")},
    ),
    "test_input_required_result_list_roots": ({"client_roots": ROOTS},),
    "test_input_required_result_request_state": ({"confirm": _CONFIRM},),
    "test_input_required_result_tampered_state": ({"confirm": _CONFIRM},),
    "test_input_required_result_multiple_inputs": (
        {"user_name": _NAME, "greeting": written("Generate a greeting"), "client_roots": ROOTS},
    ),
    "test_input_required_result_multi_round": (
        {"step1": asked("Step 1: What is your name?", "name")},
        {"step2": asked("Step 2: What is your favorite color?", "color")},
    ),
    "test_input_required_result_capabilities": (
        {"user_name": _NAME, "greeting": written("Generate a greeting"), "client_roots": ROOTS},
    ),
    "test_input_required_result_prompt": (
        {"user_context": asked("What context should the prompt use?", "context")},
    ),
}
"""The rounds of tools and prompts that ask the client for something."""
_OF_CAPABILITY = {
    "elicitation": "elicitation/create",
    "sampling": "sampling/createMessage",
    "roots": "roots/list",
}


def signed(state: str) -> str:
    mark = hmac.new(_SECRET, state.encode(), hashlib.sha256).hexdigest()
    return f"{state}.{mark}"


def round_of(state: str | None) -> int:
    """The number in a state that was signed here. Raises MCPError for any other state."""
    if state is None:
        return 0
    number = state.partition(".")[0]
    if not hmac.compare_digest(signed(number).encode(), state.encode()):
        raise MCPError(types.INVALID_PARAMS, "The request state was changed")
    return int(number)


def still_needed(name: str, params: Any, context: Any) -> types.InputRequiredResult | None:
    """What the client is asked for next, if anything is left."""
    rounds = NEEDS[name]
    number = round_of(params.request_state)
    given: Given = params.input_responses or {}
    needed = dict(rounds[number])
    if name.endswith("_capabilities"):
        declared = (context.meta or {}).get(_CAPABILITIES, {})
        allowed = {method for kind, method in _OF_CAPABILITY.items() if kind in declared}
        needed = {key: each for key, each in needed.items() if each["method"] in allowed}
    if needed.keys() <= given.keys():
        number += 1
        if number == len(rounds):
            return None
        needed = rounds[number]
    return types.InputRequiredResult.model_validate(
        {"inputRequests": needed, "requestState": signed(str(number))}
    )


async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
    names = [*CONTENTS, *(name for name in NEEDS if not name.endswith("_prompt"))]
    schema = {"type": "object", "properties": {}}
    return types.ListToolsResult(
        tools=[
            types.Tool(name=name, description="For the suite", input_schema=schema)
            for name in names
        ]
    )


async def call_tool(context: Any, params: types.CallToolRequestParams) -> Any:
    if content := CONTENTS.get(params.name):
        is_error = params.name == "test_error_handling"
        return types.CallToolResult(content=content, is_error=is_error)
    if params.name not in NEEDS:
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
    if needed := still_needed(params.name, params, context):
        return needed
    answers = {
        key: each.model_dump(mode="json") for key, each in (params.input_responses or {}).items()
    }
    return types.CallToolResult(content=[text(f"state-ok {json.dumps(answers)}")])


async def list_resources(_: Any, __: Any) -> types.ListResourcesResult:
    uris = ("test://static-text", "test://static-binary")
    return types.ListResourcesResult(resources=[types.Resource(uri=uri, name=uri) for uri in uris])


async def list_resource_templates(_: Any, __: Any) -> types.ListResourceTemplatesResult:
    template = types.ResourceTemplate(uri_template="test://template/{id}/data", name="template")
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(
    _: Any, params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
    uri = str(params.uri)
    content: types.TextResourceContents | types.BlobResourceContents
    match uri.removeprefix("test://").split("/"):
        case ["static-text"]:
            words = "This is the content of the static text resource."
            content = types.TextResourceContents(uri=uri, mime_type="text/plain", text=words)
        case ["static-binary"]:
            content = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PICTURE)
        case ["template", name, "data"]:
            words = json.dumps({"id": name, "templateTest": True, "data": f"Data for ID: {name}"})
            content = types.TextResourceContents(uri=uri, mime_type="application/json", text=words)
        case _:
            raise MCPError(types.INVALID_PARAMS, f"Unknown resource: {uri}", {"uri": uri})
    return types.ReadResourceResult(contents=[content])


PROMPTS: Mapping[str, Callable[[Mapping[str, str]], list[Block]]] = {
    "test_simple_prompt": lambda _: [text("This is a simple prompt for testing.")],
    "test_prompt_with_arguments": lambda given: [
        text(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'")
    ],
    "test_prompt_with_embedded_resource": lambda given: [
        embedded(given["resourceUri"], "text/plain", "Embedded resource content for testing."),
        text("Please process the embedded resource above."),
    ],
    "test_prompt_with_image": lambda _: [picture(), text("Please analyze the image above.")],
    "test_input_required_result_prompt": lambda _: [text("A prompt with context.")],
}


async def list_prompts(_: Any, __: Any) -> types.ListPromptsResult:
    return types.ListPromptsResult(
        prompts=[types.Prompt(name=name, description="For the suite") for name in PROMPTS]
    )


async def get_prompt(context: Any, params: types.GetPromptRequestParams) -> Any:
    if params.name not in PROMPTS:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {params.name}")
    if params.name in NEEDS and (needed := still_needed(params.name, params, context)):
        return needed
    blocks = PROMPTS[params.name](params.arguments or {})
    return types.GetPromptResult(
        messages=[types.PromptMessage(role="user", content=block) for block in blocks]
    )


async def complete(_: Any, __: types.CompleteRequestParams) -> types.CompleteResult:
    return types.CompleteResult(completion=types.Completion(values=["paris"], total=1))


SERVER: Server[Any] = Server(
    "reference",
    version="1",
    on_list_tools=list_tools,
    on_call_tool=call_tool,
    on_list_resources=list_resources,
    on_list_resource_templates=list_resource_templates,
    on_read_resource=read_resource,
    on_list_prompts=list_prompts,
    on_get_prompt=get_prompt,
    on_completion=complete,
)


@contextmanager
def served() -> Iterator[str]:
    """The address of the server inside the block, behind the adapter."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            self.close_connection = True
            if not self.raw_requestline or not self.parse_request():
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value.strip() for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, "", body, "req", "127.0.0.1")
            answer = Answer(405, "")
            if self.command == "POST":
                answer = adapter.respond(request, NOBODY)
            content = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
            self.send_response_only(answer.status)
            for name, value in {"content-type": answer.media, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with (
        patch.object(adapter, "server", lambda: SERVER),
        HTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/mcp"
        finally:
            server.shutdown()
            thread.join()
