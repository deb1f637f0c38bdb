"""Operations of the API on exports."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.access import scopes
from outrider.access.errors import ScopeDenied
from outrider.access.models import Caller
from outrider.exports.errors import ExportNotFound
from outrider.exports.files import LINK_SECONDS, MEDIA, key_of
from outrider.exports.models import Export
from outrider.exports.repository import ExportRepository
from outrider.exports.schemas import Download, ExportCreate, ExportView
from outrider.kit import clock, ids
from outrider.kit.aws.s3 import Objects
from outrider.kit.http.pagination import Page, PageQuery, Sealer


@dataclass(frozen=True, slots=True)
class ExportService:
    caller: Caller
    exports: ExportRepository
    objects: Objects

    def create(self, new: ExportCreate) -> Export:
        """Create an export; its event `export.created` starts the worker. Raises ScopeDenied if the
        key may not read the exported resource."""
        scope = f"{new.kind}:read"
        if not scopes.covers(self.caller.scopes, scope):
            raise ScopeDenied(f"An export of {new.kind} needs the scope {scope}")
        created = Export(
            id=ids.new("exp"),
            kind=new.kind,
            format=new.format,
            filters=new.query(),
            created_by=self.caller.actor,
            created_at=clock.timestamp(),
        )
        asked = self.caller.event("export.created", export_id=created.id, kind=created.kind)
        self.exports.add(
            created, self.caller.request_id, [asked], self.caller.keep_actions(created)
        )
        return created

    def get(self, export_id: str) -> ExportView:
        """Return an export; once it is completed, with a link to its file if the key may read the
        exported resource. Raises ExportNotFound."""
        found = self.exports.get(export_id) if ids.is_id("exp", export_id) else None
        if found is None:
            raise ExportNotFound
        shown = ExportView(**found.model_dump())
        if found.status != "completed" or not scopes.covers(
            self.caller.scopes, f"{found.kind}:read"
        ):
            return shown
        url = self.objects.link_to_get(
            key_of(self.exports.workspace, found),
            LINK_SECONDS,
            filename=f"{found.kind}.{found.format}",
            media=MEDIA[found.format],
        )
        until = clock.to_text(clock.now() + timedelta(seconds=LINK_SECONDS))
        return shown.model_copy(update={"download": Download(url=url, expires_at=until)})

    def list(self, query: PageQuery) -> Page[Export]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/exports")
        exports, place = self.exports.list(query.limit, sealer.after(query))
        return sealer.page(query, exports, place)
