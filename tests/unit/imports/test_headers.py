import pytest

from outrider.imports.columns.headers import understand
from outrider.imports.columns.names import guess
from outrider.imports.errors import BrokenFile
from outrider.imports.files.records import Record
from outrider.imports.models import Column, Kind


def fields(names: list[str], *rows: list[str], kind: Kind = "contacts") -> list[str | None]:
    read = [Record(number, cells) for number, cells in enumerate(rows, start=2)]
    return [column.field for column in understand(kind, names, {}, 1, read)]


def columns(names: list[str]) -> dict[str, Column]:
    return {column.column: column for column in understand("contacts", names, {}, 1)}


class TestGuess:
    @pytest.mark.parametrize(
        ("kind", "field", "names"),
        [
            ("contacts", "email", ["E-Mail", "email_address", "Correo electrónico", "Courriel"]),
            ("contacts", "first_name", ["Vorname", "PRÉNOM", "Nombre", "First  Name"]),
            ("contacts", "last_name", ["Nachname", "Nom", "Apellidos", "Surname"]),
            ("contacts", "company", ["Firma", "Société", "Empresa", "Organization"]),
            ("contacts", "phone", ["Telefon", "Téléphone", "Teléfono", "Phone 1"]),
            ("companies", "website", ["Website", "Webseite", "Site web", "URL"]),
            ("companies", "size", ["Employees", "Mitarbeiter", "Effectif", "Empleados"]),
            ("companies", "name", ["Name", "Firma", "Société"]),
            ("suppressions", "address", ["Email", "E-Mail-Adresse"]),
            (
                "contacts",
                "unsubscribed",
                [
                    *("HasOptedOutOfEmail", "Email Opt Out", "Do Not Contact", "DNC", "UNSUB_TIME"),
                    *("Unsubscribed from all email", "Opted out of email: Sales", "Abgemeldet"),
                ],
            ),
            ("contacts", "subscribed", ["Subscribed", "Accepts Marketing", "Email Opt-In"]),
            ("contacts", "bounced", ["Is Email Bounced", "EmailBouncedReason", "Hard Bounced"]),
            ("contacts", "status", ["Status", "email_status", "Lead Status", "Contact Stage"]),
        ],
    )
    def test_knows_names_in_several_languages(
        self, kind: Kind, field: str, names: list[str]
    ) -> None:
        assert {name: guess(kind, name) for name in names} == dict.fromkeys(names, field)

    def test_leaves_what_it_does_not_know(self) -> None:
        unknown = ("Phone 2", "Website", "", "Unsubscribe link", "Unsubscribe reason", "State")
        assert [guess("contacts", name) for name in unknown] == [None] * len(unknown)


class TestUnderstand:
    def test_keeps_columns_of_one_name_apart(self) -> None:
        assert fields(["Email", "Email", "Email", ""]) == [
            "email", "custom.Email (2)", "custom.Email (3)", None,
        ]  # fmt: skip

    def test_takes_the_column_with_the_better_name(self) -> None:
        assert fields(["Title", "Job Title", "Home Phone", "Business Phone", "Email"]) == [
            "custom.Title", "title", "custom.Home Phone", "phone", "email",
        ]  # fmt: skip

    def test_lets_others_stand_in(self) -> None:
        found = columns(["E-mail 1 - Value", "E-mail 2 - Value", "Phone", "Mobile", "Notes"])

        assert {name: column.stands_in for name, column in found.items()} == {
            "E-mail 1 - Value": None,
            "E-mail 2 - Value": "email",
            "Phone": None,
            "Mobile": "phone",
            "Notes": None,
        }

    @pytest.mark.parametrize(
        ("names", "expected"),
        [
            (["Email", "Vorname", "Name"], ["email", "first_name", "full_name"]),
            (["Name", "Email"], ["full_name", "email"]),
            (
                ["Name", "Email", "Given Name", "Family Name"],
                ["custom.Name", "email", "first_name", "last_name"],
            ),
        ],
    )
    def test_takes_a_whole_name_for_the_parts_that_are_missing(
        self, names: list[str], expected: list[str]
    ) -> None:
        assert fields(names) == expected

    def test_finds_addresses_under_any_name(self) -> None:
        row = ["yes", "Ada", "https://linkedin.com/in/ada", "ada@x.example", "+49 30 1234"]

        assert fields(["Email", "Who", "Where", "Reach", "No."], row) == [
            "custom.Email", "custom.Who", "linkedin_url", "email", "custom.No.",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("mapping", "names"), [({}, ["Name", "Phone"]), ({"Email": None}, ["Email"])]
    )
    def test_needs_a_column_to_tell_rows_apart(
        self, mapping: dict[str, str | None], names: list[str]
    ) -> None:
        with pytest.raises(BrokenFile, match="No column was recognised as email"):
            understand("contacts", names, mapping, 1)
