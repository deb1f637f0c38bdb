"""Migrations of a table that an earlier release wrote: complete, once, and resumable."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest

from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.kit.text.addresses import domain_of
from outrider.migrations import migrator as migrating
from outrider.migrations import registry
from outrider.migrations.migrator import LEASE, ItemContended, Migrator
from outrider.migrations.models import Migration
from outrider.migrations.registry import MIGRATIONS
from outrider.migrations.wiring import table_of
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.releases.recording import RECORDED, Recording
from tools import templates
from tools.migrate import migrate, preview


def with_domain(item: Item) -> dict[str, Any] | None:
    """Add the domain of a contact's address."""
    if "email" not in item or "domain" in item:
        return None
    return {"domain": domain_of(item["email"])}


DOMAINS = Migration(1, "domains of contacts", "contacts_table", ("email",), with_domain, 2)
NOTHING = Migration(2, "nothing", "companies_table", (), lambda _: None, 1)


@pytest.fixture(autouse=True)
def _table_of_an_earlier_release(cloud: Cloud) -> Any:
    Recording.read(RECORDED[0], cloud, "https://hooks.example/").put_into(cloud)
    cloud.skip()
    with patch.object(migrating, "PAGE", 20):
        yield


def contacts(cloud: Cloud) -> list[Item]:
    return [each for each in cloud.items("contacts") if "email" in each]


def migrated(cloud: Cloud) -> bool:
    return all(each.get("domain") == domain_of(each["email"]) for each in contacts(cloud))


def migrator(*migrations: Migration) -> Migrator:
    return Migrator(Table(settings().keys_table), table_of, migrations)


def turns(count: int) -> Callable[[], bool]:
    """Time for so many pages."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


def always() -> bool:
    return True


class TestRun:
    def test_goes_on_turn_by_turn_until_all_is_migrated(
        self, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found, reports = contacts(cloud), []

        def run() -> dict[str, Any]:
            reports.append(migrator(DOMAINS, NOTHING).run(turns(3)))
            return reports[-1].model_dump()

        migrate(run, sleep=lambda _: None)

        assert migrated(cloud)
        assert len(reports) > 1
        first, second = reports[-1].migrations
        assert (first.changed, second.changed) == (len(found), 0)
        assert first.scanned == len(cloud.items("contacts"))
        *progress, last = capsys.readouterr().out.splitlines()
        assert progress[-2] == (
            f"1 domains of contacts: {first.scanned} items read, {len(found)} to change or changed,"
            " 2 of 2 segments"
        )
        assert last == "Nothing is left to migrate."

    def test_changes_nothing_again(self, cloud: Cloud) -> None:
        migrator(DOMAINS).run(always)

        with cloud.writes() as written:
            assert migrator(DOMAINS).run(always).done

        assert written == []

    def test_tells_no_event_again(self, cloud: Cloud) -> None:
        migrator(DOMAINS).run(always)

        cloud.bus.pending.clear()
        cloud.take("StepsQueue", 0)

        assert cloud.bus.told == []

    @pytest.mark.parametrize("crash", crash_points(6), ids=str)
    def test_ends_wherever_it_dies(self, cloud: Cloud, crash: Any) -> None:
        with cloud.wire.crash_at(*crash):
            migrator(DOMAINS).run(always)
        cloud.clock.advance(ms=LEASE.seconds * 1000 + 1)

        assert migrator(DOMAINS).run(always).done
        assert migrated(cloud)


class TestRaces:
    def test_two_runs_work_on_different_segments(self, cloud: Cloud) -> None:
        with cloud.wire.crash_at("Scan", "after"):  # it holds the first segment
            migrator(DOMAINS).run(always)

        report = migrator(DOMAINS).run(always)

        assert [each.segments_done for each in report.migrations] == [1]
        assert not report.done

    def test_a_change_in_between_is_not_lost(self, cloud: Cloud) -> None:
        table, (contact, *_) = Table(settings().contacts_table), contacts(cloud)
        moved = changes(set={"email": "new@elsewhere.example"})

        def change_first(item: Item) -> dict[str, Any] | None:
            if item == contact:
                table.write(table.update_action(contact["pk"], contact["sk"], moved))
            return with_domain(item)

        migrator(Migration(1, "racing", "contacts_table", ("email",), change_first)).run(always)

        assert table.get(contact["pk"], contact["sk"]) == {
            **contact,
            "email": "new@elsewhere.example",
            "domain": "elsewhere.example",
        }

    def test_an_item_that_never_rests_is_told(self, cloud: Cloud) -> None:
        table, numbers = Table(settings().contacts_table), iter(range(100))

        def change_always(item: Item) -> dict[str, Any] | None:
            if "email" not in item:
                return None
            other = changes(set={"email": f"{next(numbers)}@elsewhere.example"})
            table.write(table.update_action(item["pk"], item["sk"], other))
            return with_domain(item)

        racing = Migration(1, "racing", "contacts_table", ("email",), change_always)
        with pytest.raises(ItemContended):
            migrator(racing).run(always)


class TestPreview:
    def test_counts_and_changes_nothing(
        self, cloud: Cloud, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with cloud.writes() as written:
            report = migrator(DOMAINS).preview(always)

        assert written == []
        assert [each.changed for each in report.migrations] == [len(contacts(cloud))]
        assert not report.done
        preview(report.model_dump())
        assert capsys.readouterr().out.endswith("Nothing was changed.\n")


class TestFunction:
    @pytest.fixture
    def release(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Migration]:
        """Return the migration of a release, registered as CONTRIBUTING says. It takes a second for
        each item."""

        def slowly(item: Item) -> dict[str, Any] | None:
            cloud.clock.advance(seconds=1)
            return with_domain(item)

        migration = replace(DOMAINS, rewrite=slowly)
        reading = ["functions.migrations_run.app", "outrider.migrations.wiring"]
        import_module(reading[0])  # so that both are there again after the test
        for name in reading:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(registry, "MIGRATIONS", (migration,))
        monkeypatch.setattr(migrating, "PAGE", 4)
        statement = {
            "Effect": "Allow",
            "Action": ["dynamodb:Scan", "dynamodb:UpdateItem"],
            "Resource": {"Fn::GetAtt": ["Data", "Outputs.ContactsTableArn"]},
        }
        with cloud.permissions.adding("migrations_run", [statement]):
            yield migration

    def test_migrates_call_by_call_within_its_time(self, cloud: Cloud, release: Migration) -> None:
        found, reports = contacts(cloud), []
        with cloud.writes() as written:
            told = cloud.invoke("migrations_run", {"dry_run": True})

        def run() -> Any:
            reports.append(cloud.invoke("migrations_run", {}))
            return reports[-1]

        migrate(run, sleep=lambda _: None)

        assert (written, told["done"]) == ([], False)
        assert 0 < told["migrations"][0]["changed"] < len(found), "in the time of one call"
        assert migrated(cloud)
        (last,) = reports[-1]["migrations"]
        assert (last["name"], last["changed"]) == (release.name, len(found))
        assert last["scanned"] == len(cloud.items("contacts"))
        assert len(reports) > 2
        assert reports[-1]["done"]

    @pytest.mark.parametrize("event", [{}, {"dry_run": True}], ids=str)
    def test_runs_the_migrations_of_this_release(self, cloud: Cloud, event: Any) -> None:
        assert cloud.invoke("migrations_run", event)["migrations"] == [] or MIGRATIONS

    def test_numbers_of_migrations_rise(self) -> None:
        numbers = [migration.number for migration in MIGRATIONS]

        assert numbers == list(range(1, len(numbers) + 1))

    def test_may_read_whole_tables_of_migrations_alone(self) -> None:
        (function,) = [each for each in templates.functions() if each.name == "migrations_run"]
        scanned = {
            output
            for found in templates.statements(function)
            if "dynamodb:Scan" in found["Action"]
            for output in found["Resource"]["Fn::GetAtt"]
        }

        names = {migration.table.title().replace("_", "") for migration in MIGRATIONS}
        assert scanned == {f"Data.Outputs.{name}Arn" for name in names}
