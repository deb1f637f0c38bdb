"""Base class and common field types of payloads."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema

from outrider.events.catalogue import EventName
from outrider.kit import ids
from outrider.kit.models import Model

TAIL = f"[0-9a-hjkmnp-tv-z]{{{ids.LENGTH}}}"
"""Pattern of an id after its prefix (`ids.ALPHABET`)."""
_EXAMPLE = "01jf3k9q2c8m5v7x0b4n6t1rwe"
_OF_CONTACT = "01jf3m5t4d8w6z0c2f7h9k3p5s"


class Payload(Model):
    """The `data` of one event."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    event: ClassVar[EventName]


def id_of(prefix: str, example: str = _EXAMPLE) -> FieldInfo:
    field: FieldInfo = Field(pattern=f"^{prefix}_{TAIL}$", examples=[f"{prefix}_{example}"])
    return field


NotAlways = SkipJsonSchema[None]
"""Type of an optional field: it is omitted rather than null."""

Timestamp = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        json_schema_extra={"format": "date-time"},
        examples=["2026-03-02T09:00:00.000Z"],
    ),
]
"""RFC 3339, UTC, milliseconds."""

AgentRunId = Annotated[str, id_of("agr")]
ApiKeyId = Annotated[str, id_of("key")]
ApprovalId = Annotated[str, id_of("apr")]
AudienceId = Annotated[str, id_of("aud")]
CampaignId = Annotated[str, id_of("cam")]
CompanyId = Annotated[str, id_of("com")]
LeadId = Annotated[str, id_of("led")]
WorkflowId = Annotated[str, id_of("wfl")]
ContactId = Annotated[str, id_of("con", _OF_CONTACT)]
EnrollmentId = Annotated[
    str,
    Field(pattern=f"^enr_{TAIL}{TAIL}$", examples=[f"enr_{_EXAMPLE}{_OF_CONTACT}"]),
]
ExportId = Annotated[str, id_of("exp")]
ImportId = Annotated[str, id_of("imp")]
MailboxId = Annotated[str, id_of("mbx")]
MessageId = Annotated[
    str,
    Field(pattern=f"^msg_{TAIL}{TAIL}$", examples=[f"msg_{_OF_CONTACT}{_EXAMPLE}"]),
]
ReplayId = Annotated[str, id_of("rpl")]
RunId = Annotated[str, id_of("run")]
SequenceId = Annotated[str, id_of("seq")]
StepId = Annotated[str, id_of("stp")]
SuppressionId = Annotated[str, id_of("sup")]
WebhookId = Annotated[str, id_of("whk")]
WorkspaceId = Annotated[str, id_of("wsp")]
EventId = Annotated[str, id_of("evt")]

Count = Annotated[int, Field(ge=0)]
