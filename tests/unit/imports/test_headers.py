import pytest

from outrider.imports.errors import BrokenFile
from outrider.imports.headers import guess, understand
from outrider.imports.models import Kind


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
        ],
    )
    def test_knows_names_in_several_languages(
        self, kind: Kind, field: str, names: list[str]
    ) -> None:
        assert {guess(kind, name) for name in names} == {field}

    def test_leaves_what_it_does_not_know(self) -> None:
        assert [guess("contacts", name) for name in ("Phone 2", "Website", "")] == [None] * 3


class TestUnderstand:
    def test_keeps_columns_of_one_name_apart(self) -> None:
        columns = understand("contacts", ["Email", "Email", "Email", ""], {}, 1)

        assert [column.field for column in columns] == [
            "email", "custom.Email (2)", "custom.Email (3)", None,
        ]  # fmt: skip

    def test_takes_a_whole_name_only_where_its_parts_are_missing(self) -> None:
        columns = understand("contacts", ["Email", "Vorname", "Name"], {}, 1)

        assert [column.field for column in columns] == ["email", "first_name", "custom.Name"]

    @pytest.mark.parametrize(
        ("mapping", "names"), [({}, ["Name", "Phone"]), ({"Email": None}, ["Email"])]
    )
    def test_needs_a_column_to_tell_rows_apart(
        self, mapping: dict[str, str | None], names: list[str]
    ) -> None:
        with pytest.raises(BrokenFile, match="No column is email"):
            understand("contacts", names, mapping, 1)
