"""Events about companies."""

from typing import ClassVar

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import CompanyId, ImportId, NotAlways, Payload
from outrider.events.payloads.contacts import Changed


class _AboutCompany(Payload):
    company_id: CompanyId
    import_id: ImportId | NotAlways = None
    """The import that caused it."""


class CompanyCreatedData(_AboutCompany):
    """A company was created, by a request or an import."""

    event: ClassVar[EventName] = "company.created"


class CompanyUpdatedData(_AboutCompany):
    """A company was changed, by a request or an import."""

    event: ClassVar[EventName] = "company.updated"

    changed: Changed
    """Names of the changed fields."""


class CompanyDeletedData(_AboutCompany):
    """A company was deleted. Its contacts are kept."""

    event: ClassVar[EventName] = "company.deleted"
