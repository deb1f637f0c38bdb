"""Mutations of what keeps a hostile model from harm: the attacks must notice each."""

from tests.mutations.mutation import Change, Mutation

_MCP = "tests/attacks/test_mcp.py"

MUTATIONS = [
    Mutation(
        "MCP tool that the key has no scope for",
        (f"{_MCP}::test_changes_nothing_with_a_key_that_reads",),
        (
            Change(
                "mcp/tools.py",
                "return tool if tool and tool.is_visible(granted) else None",
                "return tool",
            ),
            Change(
                "access/admission.py",
                "if not scopes.covers(caller.scopes, each)]:",
                "if not scopes.covers(caller.scopes, each) and False]:",
            ),
        ),
        "the MCP server and the function of the API both look at the scopes",
    ),
    Mutation(
        "header of an MCP client's arguments",
        (f"{_MCP}::test_stays_in_its_workspace_with_every_scope",),
        (
            Change(
                "mcp/calls.py",
                "            **headers,\n",
                "            **headers,\n            **{k: str(v) for k, v in arguments.items()"
                ' if k == "authorization"},\n',
            ),
            Change("mcp/calls.py", "if found := list(_violations(tool, arguments)):", "if False:"),
        ),
        "unknown arguments are refused, and of the known ones two become headers",
    ),
]
