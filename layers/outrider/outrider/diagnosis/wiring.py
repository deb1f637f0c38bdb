"""Construction of the diagnosis."""

from outrider.diagnosis.checks import email
from outrider.diagnosis.checks.alarms import AlarmCheck
from outrider.diagnosis.checks.compute import ConcurrencyCheck, RelayCheck, quotas
from outrider.diagnosis.checks.storage import EncryptionCheck
from outrider.diagnosis.checks.work import ClockCheck, DeadLetterCheck
from outrider.diagnosis.service import Check, DiagnosisService, absent
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings

_OF_AWS_ALONE = {
    "lambda_concurrency": "an emulator has no quota",
    "lambda_quotas": "an emulator has no quota",
    "relay": "an emulator does not tell how old changes are",
}


def diagnosis() -> DiagnosisService:
    env = settings()
    local = env.stage == "local"
    inbound = email.InboundCheck(env.inbound_domain, env.bus_name, env.files_bucket)
    checks: dict[str, Check] = {
        "ses_account": email.sending,
        "ses_identities": email.identities,
        "inbound_email": inbound,
        "alarms": AlarmCheck(f"{env.stack_name}-"),
        "lambda_concurrency": ConcurrencyCheck(env.lambda_concurrency),
        "lambda_quotas": quotas,
        "dead_letters": DeadLetterCheck(env.messaging_stack),
        "campaigns": ClockCheck(Table(env.campaigns_table), "CampaignsStartFunction"),
        "workflows": ClockCheck(Table(env.leads_table), "WorkflowsStartFunction"),
        "relay": RelayCheck(env.relay_function),
        "encryption": EncryptionCheck(env.secrets_key_id, Table(env.keys_table)),
    }
    if local:
        checks |= {name: absent(reason) for name, reason in _OF_AWS_ALONE.items()}
    return DiagnosisService(env.stack_name, checks, local)
