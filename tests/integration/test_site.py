"""What needs no key."""

import gzip
import json
import time

import pytest

from tests.harness.api import ANONYMOUS, Api
from tools import routes, templates


class TestHealth:
    def test_answers_without_asking_aws(self, api: Api) -> None:
        answer = api.get("/health", key=ANONYMOUS)

        assert (answer.status, answer.json, answer.calls) == (200, {"status": "ok"}, [])


class TestDescription:
    def test_is_an_openapi_document(self, api: Api) -> None:
        answer = api.get("/openapi.json", key=ANONYMOUS)

        assert (answer.headers["Content-Type"], answer.json["openapi"]) == (
            "application/json",
            "3.1.0",
        )


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/llms.txt", "/llms-full.txt"])
class TestDocument:
    def test_is_not_sent_to_who_has_it(self, api: Api, path: str) -> None:
        etag = api.get(path, key=ANONYMOUS).headers["ETag"]

        for named in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
            answer = api.get(path, key=ANONYMOUS, headers={"if-none-match": named})
            assert (answer.status, answer.text, answer.headers["ETag"]) == (304, "", etag)
        changed = api.get(path, key=ANONYMOUS, headers={"if-none-match": 'W/"other"'})
        assert changed.status == 200

    @pytest.mark.parametrize(
        ("accepted", "packed"),
        [
            ("gzip", True),
            ("br;q=1.0, gzip;q=0.8", True),
            ("*", True),
            ("", False),
            ("br", False),
            ("gzip;q=0, *", False),
            ("identity, gzip; q=0.0", False),
        ],
    )
    def test_is_compressed_for_who_takes_it(
        self, api: Api, path: str, accepted: str, packed: bool
    ) -> None:
        plain = api.get(path, key=ANONYMOUS)

        answer = api.get(path, key=ANONYMOUS, headers={"accept-encoding": accepted})

        assert ("Content-Encoding" in answer.headers) == packed
        assert answer.headers["Vary"] == "Accept-Encoding"
        if packed:
            sent = answer.text.encode(errors="surrogateescape")
            assert len(sent) * 2 < len(plain.text.encode())
            assert gzip.decompress(sent).decode() == plain.text


class TestHead:
    @pytest.mark.parametrize(
        "path", ["/health", "/docs", "/openapi.json", "/llms.txt", "/llms-full.txt", "/v1/contacts"]
    )
    def test_has_the_headers_of_get_and_no_body(self, api: Api, path: str) -> None:
        key = ANONYMOUS if not path.startswith("/v1") else None
        once = {"x-request-id", "ratelimit"}

        got = api.get(path, key=key)
        head = api.request("HEAD", path, key=key)

        assert (head.status, head.text) == (200, "")
        assert {name: head.headers[name] for name in head.headers if name not in once} == {
            name: got.headers[name] for name in got.headers if name not in once
        }

    def test_needs_what_get_needs(self, api: Api) -> None:
        answer = api.request("HEAD", "/v1/contacts", key=ANONYMOUS)

        assert (answer.status, answer.text) == (401, "")

    def test_is_answered_wherever_get_is(self) -> None:
        """But in the forms of other products, whose documents have no HEAD."""
        apart = routes.surfaces()
        keys = {each.key for each in templates.endpoints() if each.function not in apart}

        gets = {key.removeprefix("GET ") for key in keys if key.startswith("GET ")}
        assert gets == {key.removeprefix("HEAD ") for key in keys if key.startswith("HEAD ")}


class TestUnknownRoute:
    def test_is_a_problem_document(self, api: Api) -> None:
        answer = api.get("/v1/nothing", key=ANONYMOUS)

        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["X-Request-Id"] == answer.json["request_id"]
        assert answer.json["code"] == "RESOURCE_NOT_FOUND"
        assert answer.json["detail"] == (
            "There is nothing at this path. https://api.outrider.test/docs lists every path"
        )

    @pytest.mark.parametrize(
        ("path", "meant"),
        [
            ("/contacts", "/v1/contacts"),
            ("/v1/contacts/", "/v1/contacts"),
            ("//v1//contacts", "/v1/contacts"),
            ("/rest/v1/contacts", "/v1/contacts"),
            ("/v1/contact", "/v1/contacts"),
            ("/v1/Contacts", "/v1/contacts"),
            ("/v1/contact/con_1/timeline", "/v1/contacts/con_1/timeline"),
            ("/v1/campaigns/cam_1/lunch", "/v1/campaigns/cam_1/launch"),
            ("/campaigns/cam_1/pause/", "/v1/campaigns/cam_1/pause"),
            ("/doc", "/docs"),
            ("/v1/openapi.json", "/openapi.json"),
        ],
    )
    def test_names_the_path_that_is_meant(self, api: Api, path: str, meant: str) -> None:
        answer = api.get(path, key=ANONYMOUS)

        assert answer.status == 404
        assert f". Did you mean {meant}? https://" in answer.json["detail"]

    @pytest.mark.parametrize("path", ["/" + "a" * 8_000, "/v1" + "/a" * 4_000, "/v1/" + "%2F" * 60])
    def test_looks_not_long_for_what_a_hostile_path_means(self, api: Api, path: str) -> None:
        began = time.process_time()

        answer = api.get(path, key=ANONYMOUS)

        assert (answer.status, time.process_time() - began < 1) == (404, True)

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("PUT", "/v1/contacts", "GET, HEAD, POST"),
            ("POST", "/v1/contacts/con_1", "DELETE, GET, HEAD, PATCH, PUT"),
            ("PUT", "/v1/messages/settle", "POST"),
            ("POST", "/health", "GET, HEAD"),
        ],
    )
    def test_names_the_methods_of_a_known_path(
        self, api: Api, method: str, path: str, allowed: str
    ) -> None:
        answer = api.request(method, path, key=ANONYMOUS)

        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert json.loads(answer.text)["code"] == "METHOD_NOT_ALLOWED"
