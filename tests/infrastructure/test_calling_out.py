"""What the product connects to is AWS, for which the import contracts stand, or was checked by
`kit/outbound/connections.py`."""

import ast
from collections.abc import Callable, Iterator, Mapping

from tools.templates import REPOSITORY

PRODUCT = REPOSITORY / "layers" / "outrider" / "outrider"
NETWORK = {
    *("aiohttp", "asyncio", "dns", "email_validator", "ftplib", "h2"),
    *(
        "http.client",
        "httpcore",
        "httpx",
        "httpx2",
        "imaplib",
        "multiprocessing",
        "paramiko",
        "poplib",
    ),
    *("requests", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib"),
    # pydantic-ai and SDKs of providers; they also take long to import, so calls alone do.
    *("anthropic", "google", "openai", "pydantic_ai"),
    *("urllib.request", "urllib.robotparser", "urllib3", "websockets", "xmlrpc"),
}
"""Modules by which a connection could be made."""
MAY_IMPORT = {
    # The guard: opens connections, and speaks HTTP over them.
    "kit/outbound/connections.py": {"socket", "ssl"},
    "kit/outbound/exchanges.py": {"http.client", "socket", "urllib3"},
    "kit/outbound/client.py": {"http.client", "socket", "ssl", "urllib3"},
    "kit/outbound/targets.py": {"urllib3"},
    # SMTP over a connection that the guard opened.
    "mailboxes/smtp.py": {"smtplib", "socket", "ssl"},
    # The loop in which the SDK's server answers a request that was read already.
    "mcp/adapter.py": {"asyncio"},
    # SDKs of providers, whose requests go through the guard.
    "language_models/adapters/provider_model.py": {"asyncio", "httpx2", "pydantic_ai"},
    "language_models/adapters/transport.py": {"httpx2"},
    "language_models/adapters/bedrock.py": {"pydantic_ai"},
    **{
        f"language_models/adapters/{name}.py": {"httpx2", "pydantic_ai"}
        for name in ("anthropic", "gemini", "openai")
    },
    **{
        f"language_models/adapters/{name}.py": {"pydantic_ai"}
        for name in ("conversations", "faults")
    },
    # Text that was read already.
    "kit/text/addresses.py": {"email_validator"},
    # Questions to the resolver of the system, about names.
    "kit/outbound/dns.py": {"dns"},
    "contacts/verification/deliverability.py": {"dns", "email_validator"},
    "contacts/verification/rules.py": {"email_validator"},
    "mailboxes/checks/dns.py": {"dns", "email_validator"},
    "research/mail_provider.py": {"dns"},
    # The connections to DynamoDB.
    "kit/aws/dynamodb_http.py": {"socket", "urllib3"},
}
CONNECTING = {
    *("HTTPConnection", "HTTPConnectionPool", "HTTPSConnection", "HTTPSConnectionPool"),
    *("PoolManager", "ProxyManager", "RobotFileParser", "SMTP", "SMTP_SSL", "connect_ex"),
    *("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "open_connection"),
    *("set_url", "urlopen", "urlretrieve"),
}
"""What makes a connection, or leads to one."""
MAY_USE = {
    "kit/outbound/connections.py": {"create_connection", "getaddrinfo"},
    "kit/outbound/exchanges.py": {"HTTPConnection"},
    "kit/aws/dynamodb_http.py": {"HTTPConnection", "PoolManager", "urlopen"},
    "mailboxes/smtp.py": {"SMTP"},
}


class TestProduct:
    def test_imports_what_connects_in_few_places(self) -> None:
        assert _beyond(_imports, MAY_IMPORT) == {}

    def test_connects_in_few_places(self) -> None:
        assert _beyond(_connecting, MAY_USE) == {}


def _beyond(
    look: Callable[[ast.AST], set[str]], allowed: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    found = {path: look(tree) - allowed.get(path, set()) for path, tree in _sources()}
    assert allowed.keys() <= found.keys()
    return {path: names for path, names in found.items() if names}


def _sources() -> Iterator[tuple[str, ast.AST]]:
    """The product's modules, by their paths in the package, or in the repository."""
    for folder, root in ((PRODUCT, PRODUCT), (REPOSITORY / "functions", REPOSITORY)):
        for file in sorted(folder.rglob("*.py")):
            yield str(file.relative_to(root)), ast.parse(file.read_text(encoding="utf-8"))


def _imports(tree: ast.AST) -> set[str]:
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {each for each in NETWORK if any(f"{name}.".startswith(f"{each}.") for name in named)}


def _connecting(tree: ast.AST) -> set[str]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return used & CONNECTING
