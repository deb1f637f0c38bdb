"""Keys of providers of language models, from the request to the provider."""

from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.kms import CipherFailed
from outrider.kit.settings import settings
from outrider.language_models.errors import ProviderNotConfigured
from outrider.language_models.scripted import ScriptedModel
from outrider.llm_providers.models import LlmProvider, ModelChoice
from outrider.llm_providers.repository import LlmProviderRepository
from outrider.llm_providers.wiring import language_model, model_choice
from tests.harness import stack
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.modeled import RATIONALE
from tests.integration.test_leads import qualify
from tests.integration.test_model_writing import a_lead_of_sales, spent
from tests.language_models.dialects import DIALECTS
from tests.receivers import Receiver, answering, receiver

CANARY = "sk-canary-5b1c8f0e2a7d9K2f"
JSON = "Content-Type: application/json\r\n"
pytestmark = pytest.mark.xdist_group("SDKs of providers")


def put(api: Api, provider: str = "anthropic", **options: Any) -> Answer:
    workspace = options.pop("workspace", "acme")
    body = {"api_key": CANARY, **options}
    return api.put(f"/v1/llm-providers/{provider}", body, workspace=workspace)


def shown(api: Api, **options: Any) -> dict[str, bool]:
    """Return the stored providers, and whether each is the default."""
    data = api.get("/v1/llm-providers", **options).json["data"]
    return {each["id"]: each["is_default"] for each in data}


def workspace_of(api: Api, name: str = "acme") -> WorkspaceId:
    return WorkspaceId(api.workspace(name).id)


def copy_key(api: Api, cloud: Cloud, of: str, to: str) -> None:
    """The stored provider of a workspace in place of another's."""
    stored = cloud.items("keys", workspace_of(api, of))
    [item] = [each for each in stored if each["sk"] == "llm#anthropic"]
    table = Table(settings().keys_table)
    table.write(table.put_action({**item, "pk": workspace_of(api, to)}))


class TestPut:
    def test_shows_the_end_of_the_key_and_the_default_model(self, api: Api) -> None:
        answer = put(api)

        assert answer.status == 200
        assert answer.json["key_hint"] == "9K2f"
        assert (answer.json["model"], answer.json["credits_per_chat"]) == ("claude-sonnet-5-5", 1)
        assert api.get("/v1/llm-providers/anthropic").json == answer.json

    def test_stores_the_key_encrypted(self, api: Api, cloud: Cloud) -> None:
        put(api)

        [stored] = [item for item in cloud.items("keys") if item["sk"] == "llm#anthropic"]
        assert CANARY.encode() not in stored["locked_key"]
        assert CANARY not in repr(cloud.items("keys"))

    def test_shows_the_key_in_no_answer_log_and_event(
        self, api: Api, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answers = [
            put(api),
            put(api, model="no model"),
            put(api, base_url="https://elsewhere.example/v1"),
            api.put("/v1/llm-providers/openai", {"api_key": f"{CANARY} "}),
            api.put("/v1/llm-providers/openai", {"api_key": [CANARY]}),
            api.put("/v1/llm-providers/mistral", {"api_key": CANARY}),
            api.get("/v1/llm-providers"),
        ]
        cloud.drain()

        statuses = [200, 422, 422, 422, 422, 404, 200]
        assert [answer.status for answer in answers] == statuses
        written = capsys.readouterr()
        assert CANARY not in "".join(answer.text for answer in answers) + written.out + written.err
        assert CANARY not in repr(cloud.items("events"))

    def test_is_told_in_the_feed_and_so_is_deleting(self, api: Api, cloud: Cloud) -> None:
        put(api, "openai", base_url="https://llm.outrider.test/v1")
        for _ in range(2):
            api.delete("/v1/llm-providers/openai")
        cloud.drain()

        events = api.get("/v1/events?type=llm_provider.*").json["data"]
        assert [each["event"] for each in events] == ["llm_provider.stored", "llm_provider.deleted"]
        assert {each["actor"] for each in events} == {
            f"key:{api.get('/v1/account').json['key']['id']}"
        }
        assert events[0]["data"] == {
            "provider": "openai",
            "model": "gpt-6.1-terra",
            "base_url": "https://llm.outrider.test/v1",
        }

    def test_of_two_at_a_time_leaves_the_later_one_whole(self, api: Api) -> None:
        read, others = LlmProviderRepository.all, ["claude-opus-5-5"]

        def read_before_the_other(providers: LlmProviderRepository) -> Sequence[LlmProvider]:
            found = read(providers)
            if others:
                put(api, api_key="sk-of-the-other-1", model=others.pop())
            return found

        with patch.object(LlmProviderRepository, "all", read_before_the_other):
            last = put(api).json

        model = language_model(workspace_of(api))
        assert api.get("/v1/llm-providers/anthropic").json == last
        assert (last["version"], last["model"], last["key_hint"]) == (2, model.name, CANARY[-4:])
        assert getattr(model, "api_key", None) == CANARY

    def test_takes_keys_as_long_as_kms_encrypts(self, api: Api) -> None:
        longest, longer = put(api, api_key="k" * 4_096), put(api, api_key="k" * 4_097)

        assert (longest.status, longer.status) == (200, 422)

    def test_replaces_what_was_stored(self, api: Api) -> None:
        first = put(api, model="claude-opus-5-5").json

        answer = api.put("/v1/llm-providers/anthropic", {"api_key": "sk-new-0123456789"})

        assert answer.json["model"] == "claude-sonnet-5-5"
        assert (answer.json["key_hint"], answer.json["version"]) == ("6789", 2)
        assert answer.json["created_at"] == first["created_at"]

    def test_takes_only_base_urls_that_the_operator_allows(self, api: Api) -> None:
        allowed = put(api, "openai", base_url="https://llm.outrider.test/v1/")
        others = [
            put(api, "openai", base_url=url)
            for url in (
                "https://llm.outrider.test/v2",
                "http://127.0.0.1:9/v1",
                "https://169.254.169.254/v1",
                "https://user:secret@llm.outrider.test/v1",
            )
        ]

        assert allowed.status == 200
        assert [answer.status for answer in others] == [422] * 4
        assert "LlmBaseUrls" in others[0].json["detail"]

    def test_honours_if_match(self, api: Api) -> None:
        missing = api.put(
            "/v1/llm-providers/openai", {"api_key": CANARY}, headers={"If-Match": '"1"'}
        )
        put(api, "openai")
        stale = api.put(
            "/v1/llm-providers/openai", {"api_key": CANARY}, headers={"If-Match": '"2"'}
        )

        assert (missing.status, stale.status) == (412, 412)


class TestDefault:
    def test_is_the_first_until_another_is_chosen(self, api: Api, cloud: Cloud) -> None:
        put(api, "openai")
        cloud.clock.advance(seconds=1)
        put(api, "anthropic")
        first = shown(api)
        cloud.clock.advance(seconds=1)
        put(api, "anthropic", is_default=True)
        chosen = shown(api)
        put(api, "openai", model="gpt-6-astra")
        kept = shown(api)
        choice = model_choice(workspace_of(api))
        api.delete("/v1/llm-providers/anthropic")

        assert first == {"anthropic": False, "openai": True}
        assert chosen == kept == {"anthropic": True, "openai": False}
        assert choice == ModelChoice("anthropic", "claude-sonnet-5-5", "standard")
        assert model_choice(workspace_of(api)) == ModelChoice("openai", "gpt-6-astra", "advanced")

    def test_is_missing_with_a_sentence_that_says_what_to_do(self, api: Api) -> None:
        with pytest.raises(ProviderNotConfigured, match=r"PUT /v1/llm-providers/\{provider\}"):
            model_choice(workspace_of(api))


class TestIsolation:
    def test_shows_and_deletes_only_the_workspaces_own(self, api: Api) -> None:
        put(api)
        api.workspace("globex")

        answers = [
            api.get("/v1/llm-providers/anthropic", workspace="globex"),
            api.get("/v1/llm-providers/anthropic", mode="test"),
            api.delete("/v1/llm-providers/anthropic", workspace="globex"),
            api.post("/v1/llm-providers/anthropic/test", workspace="globex"),
        ]

        assert [answer.status for answer in answers] == [404] * 4
        assert shown(api, workspace="globex") == {}
        assert shown(api) == {"anthropic": True}

    def test_a_key_that_is_copied_to_another_workspace_cannot_be_decrypted(
        self, api: Api, cloud: Cloud
    ) -> None:
        put(api)
        api.workspace("globex")
        put(api, workspace="globex", api_key="sk-of-globex-0123")
        copy_key(api, cloud, "acme", "globex")

        with pytest.raises(CipherFailed):
            language_model(workspace_of(api, "globex"))


class TestLanguageModel:
    def test_has_the_key_and_shows_it_to_nobody(self, api: Api) -> None:
        put(api)

        model = language_model(workspace_of(api))

        assert model.name == "claude-sonnet-5-5"
        assert getattr(model, "api_key", None) == CANARY
        assert CANARY not in f"{model}{model!r}"

    def test_is_scripted_in_the_sandbox(self, api: Api) -> None:
        sandbox = WorkspaceId(f"{api.workspace().id}~test")

        assert isinstance(language_model(sandbox), ScriptedModel)
        assert model_choice(sandbox).provider == "sandbox"

    def test_is_not_at_an_address_that_is_no_longer_allowed(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(api, "openai", base_url="https://llm.outrider.test/v1")
        environment = {**settings().environment, "LLM_BASE_URLS": "https://other.example"}
        monkeypatch.setattr(settings(), "environment", environment)

        with pytest.raises(ProviderNotConfigured, match="no longer allows"):
            language_model(workspace_of(api))


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have providers be found on this machine."""
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


@pytest.mark.usefixtures("loopback")
class TestWriting:
    """A rationale, which another function writes for the one that qualifies a lead."""

    @pytest.fixture
    def server(self) -> Iterator[Receiver]:
        body = DIALECTS[2].body(calls=[("1", "answer", RATIONALE)])
        with receiver(answering(body=body, headers=JSON)) as opened:
            yield opened

    def test_is_paid_to_the_provider_with_the_stored_key(self, api: Api, server: Receiver) -> None:
        lead = a_lead_of_sales(api)
        put(api, base_url=f"http://127.0.0.1:{server.port}")

        answer = qualify(api, lead)

        assert answer.json["rationale"] == {"text": RATIONALE["text"], "provider": "anthropic"}
        assert CANARY.encode() in server.requests[0]
        assert spent(api) == (1, 0)

    def test_is_by_rules_and_free_if_the_key_is_anothers(
        self, api: Api, cloud: Cloud, server: Receiver
    ) -> None:
        lead = a_lead_of_sales(api)
        api.workspace("globex")
        for workspace in ("acme", "globex"):
            put(api, workspace=workspace, base_url=f"http://127.0.0.1:{server.port}")
        copy_key(api, cloud, "globex", "acme")

        answer = qualify(api, lead)

        assert (answer.status, answer.json["score"]) == (200, 100)
        assert answer.json["rationale"]["provider"] is None
        assert (server.requests, spent(api)) == ([], (0, 0))


@pytest.mark.usefixtures("loopback")
class TestTest:
    def test_asks_the_provider_with_the_stored_key(self, api: Api) -> None:
        dialect = DIALECTS[2]
        with receiver(answering(body=dialect.body("ready"), headers=JSON)) as server:
            put(api, base_url=f"http://127.0.0.1:{server.port}")

            answer = api.post("/v1/llm-providers/anthropic/test")

        assert answer.status == 200
        assert (answer.json["ok"], answer.json["model"]) == (True, "claude-sonnet-5-5")
        assert CANARY.encode() in server.requests[0]

    def test_says_what_is_wrong_without_what_the_provider_said(self, api: Api) -> None:
        body = DIALECTS[2].error_body(401, f"invalid x-api-key {CANARY}")
        with receiver(answering("401 Unauthorized", body, JSON)) as server:
            put(api, base_url=f"http://127.0.0.1:{server.port}")

            answer = api.post("/v1/llm-providers/anthropic/test")

        assert answer.status == 200
        assert (answer.json["ok"], answer.json["fault"]) == (False, "key_refused")
        assert "PUT /v1/llm-providers/anthropic" in answer.json["detail"]
        assert CANARY not in answer.text

    def test_asks_nobody_in_the_sandbox(self, api: Api) -> None:
        answer = api.post("/v1/llm-providers/anthropic/test", mode="test")

        assert (answer.json["ok"], answer.json["model"]) == (True, "scripted")
