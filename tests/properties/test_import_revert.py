"""Reverting an import restores exactly what was there: any file, any policy, over any contacts."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness.cloud import Cloud
from tests.integration.importing import Importing, items, prepared

_ADDRESSES = [f"{name}@x.example" for name in ("ada", "grace", "alan")]
_TEXT = st.sampled_from(["", " ", "x", "ü;,", 'a "quoted"\nline', "0"])
_COLUMNS = ["email", "first_name", "title", "tags", "source", "Stage", "fit_score", "timezone"]

existing = st.dictionaries(
    st.sampled_from(_ADDRESSES),
    st.fixed_dictionaries(
        {},
        optional={
            "first_name": _TEXT,
            "title": _TEXT | st.none(),
            "tags": st.lists(st.sampled_from(["a", "b"]), max_size=2),
            "custom": st.dictionaries(st.sampled_from(["Stage", "other"]), st.integers(0, 3)),
            "fit_score": st.sampled_from([0.0, 0.5]),
        },
    ),
)
rows = st.lists(
    st.tuples(
        st.sampled_from([*_ADDRESSES, "new@x.example", "ada@X.example", "bad"]),
        *[_TEXT] * 5,
        st.sampled_from(["", "0.5", "7"]),
        st.sampled_from(["", "Europe/Berlin", "Mars"]),
    ),
    max_size=8,
)
policies = st.sampled_from(
    [
        {"duplicates": "skip"},
        {"duplicates": "update"},
        {"duplicates": "update", "blanks": "clear"},
        {"duplicates": "fill_blanks"},
        {"duplicates": "update", "defaults": {"source": "import", "tags": ["b", "c"]}},
    ]
)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outrider.imports.runner.CHUNK_ROWS", 3)


def as_csv(found: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_COLUMNS, *found])
    return text.getvalue()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(existing=existing, file=rows.map(as_csv), policy=policies, calls=st.integers(1, 30))
def test_reverting_restores_the_exact_state_before(
    built_cloud: Cloud,
    existing: dict[str, dict[str, Any]],
    file: str,
    policy: dict[str, Any],
    calls: int,
) -> None:
    cloud = built_cloud
    cloud.begin()
    try:
        api = cloud.api
        for address, fields in existing.items():
            assert api.post("/v1/contacts", {"email": address, **fields}).status == 201
        before = items(cloud, api)

        importing: Importing = prepared(api, cloud, **policy).upload(file)
        with cloud.wire.crash_at(calls, "after"):
            cloud.invoke("imports_run", importing.event)
        cloud.clock.advance(minutes=6)
        importing.run()
        importing.reverted()
        cloud.drain()

        assert importing.state["status"] == "reverted"
        assert items(cloud, api) == before
    finally:
        cloud.end()
