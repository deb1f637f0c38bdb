import pytest

from outrider.research.mail_provider import provider_of
from tests.nameserver import nameserver


class TestProvider:
    @pytest.mark.parametrize(
        ("records", "provider"),
        [
            (["10 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."], "Google Workspace"),
            (["0 acme-com.mail.protection.outlook.com."], "Microsoft 365"),
            (["10 mx.acme.com."], "acme.com"),
            (["0 ."], None),
            ("SERVFAIL", None),
            ("NXDOMAIN", None),
        ],
    )
    def test_is_told_by_the_preferred_server(
        self, records: list[str] | str, provider: str | None
    ) -> None:
        with nameserver({("acme.com", "MX"): records}) as server:
            assert provider_of("acme.com", server) == provider
