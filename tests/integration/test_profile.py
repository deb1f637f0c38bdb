"""/v1/profile: the ideal customer profile by which leads are qualified."""

from tests.harness.api import Api


class TestProfile:
    def test_is_empty_at_first_and_replaced_whole(self, api: Api) -> None:
        empty = api.get("/v1/profile").json

        saved = api.put("/v1/profile", {"titles": ["sales"], "weights": {"titles": 30}})
        stale = api.put("/v1/profile", {}, headers={"if-match": "1"})
        replaced = api.put("/v1/profile", {"titles": ["cto"]}, headers={"if-match": "2"})

        assert (empty["version"], empty["titles"], empty["threshold"]) == (1, [], 70)
        assert (saved.status, saved.json["version"]) == (200, 2)
        assert saved.json["weights"]["titles"] == 30
        assert stale.status == 412
        assert (replaced.json["titles"], replaced.json["countries"]) == (["cto"], [])
        assert replaced.json == api.get("/v1/profile").json

    def test_fits_into_an_item(self, api: Api) -> None:
        domains = [f"{number}.{'a' * 240}" for number in range(1_000)]
        phrases = [f"{'ü' * 90} {number}" for number in range(100)]
        fields = ("titles", "industries", "technologies", "signals")
        profile = {**dict.fromkeys(fields, phrases), "exclusions": {"domains": domains}}

        most = api.put("/v1/profile", {"exclusions": {"domains": domains}})
        more = api.put("/v1/profile", profile)

        assert (most.status, more.status) == (200, 422)
        assert "at most 300,000 fit" in more.text
        assert api.get("/v1/profile").json == most.json

    def test_names_what_it_cannot_compare(self, api: Api) -> None:
        answer = api.put("/v1/profile", {"countries": ["Atlantis"], "sizes": ["big"]})

        assert answer.status == 422
        assert {each["pointer"] for each in answer.json["errors"]} == {"/countries/0", "/sizes/0"}
