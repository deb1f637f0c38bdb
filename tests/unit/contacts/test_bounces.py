"""The list of addresses that do not exist."""

from outrider.access.models import WorkspaceId
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.kit.aws.dynamodb import Table


def keys(workspace: str, address: str) -> str:
    _, pk, sk = GlobalBounces(Table("contacts"), WorkspaceId(workspace)).key(address)
    return f"{pk}/{sk}"


class TestGlobalBounces:
    def test_is_one_list_for_all_workspaces_that_names_nobody(self) -> None:
        mine = keys("wsp_1", "Ada@example.com")

        assert mine == keys("wsp_2", "ada@example.com")
        assert "ada" not in mine

    def test_keeps_every_sandbox_apart(self) -> None:
        assert keys("wsp_1~test", "ada@example.com").startswith("wsp_1~test#bounced#")
