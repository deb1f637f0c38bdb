"""No field that holds a web address takes one that a browser would run."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from outrider.companies.schemas import CompanyUpdate, CompanyWrite
from outrider.contacts.schemas import ContactUpdate, ContactWrite
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.importing import imported

MODELS: tuple[tuple[type[BaseModel], dict[str, Any]], ...] = (
    (ContactWrite, {"email": "ada@example.com"}),
    (ContactUpdate, {}),
    (CompanyWrite, {"name": "Acme"}),
    (CompanyUpdate, {}),
)
FIELDS = [
    (model, given, name)
    for model, given in MODELS
    for name in model.model_fields
    if name.endswith("url") or name == "website"
]
HOSTILE = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript:alert(document.domain)//x.com",
    "java\tscript:alert(1)",
    "java\nscript:x.com",
    " javascript:alert(1)",
    "javascript:1",
    "\x01javascript:1",
    "data:text/html,x",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://x.com",
    "blob:https://x.com",
    "//evil.example",
    "/evil",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http:\\\\x.com",
    "https://user:pass@x.com",
    "https://x.com@evil.example",
    "https://x.com/a b",
    "https://x.com/\x7f",
    "",
    "javascript&colon;alert(1)",
    'https://x.com" onclick="a',
    "\uff4aavascript:alert(1)",
    "http\u017f://x.com",
    "http://",
    "http://[::1",
)
HARMLESS = (
    "https://example.com",
    "HTTP://EXAMPLE.com:8080/a?b=c#d",
    "www.example.com",
    "example.com/in/ada",
    "http://localhost",
    "http://10.0.0.1/",
    "http://[::1]:80/",
    "https://müller.example/ü",
    " example.com ",
)


class TestFields:
    @pytest.mark.parametrize(("model", "given", "name"), FIELDS)
    def test_take_addresses_of_the_web_alone(
        self, model: type[BaseModel], given: dict[str, Any], name: str
    ) -> None:
        for url in HOSTILE:
            with pytest.raises(ValidationError) as refused:
                model.model_validate({**given, name: url})
            assert [error["loc"] for error in refused.value.errors()] == [(name,)], url
        for url in HARMLESS:
            assert getattr(model.model_validate({**given, name: url}), name) == url.strip()

    def test_are_all_that_there_are(self) -> None:
        assert {name for _, _, name in FIELDS} == {"website", "linkedin_url"}


class TestImport:
    def test_fails_the_row(self, api: Api, cloud: Cloud) -> None:
        rows = "domain,website\nx.example,javascript:alert(1)\ny.example,https://y.example\n"

        ended = imported(api, cloud, rows, kind="companies")

        assert ended.results == [(2, "failed"), (3, "created")]
