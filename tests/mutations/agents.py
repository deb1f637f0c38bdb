"""Mutations of what keeps a hostile model from harm: the attacks must notice each."""

from tests.mutations.mutation import Change, Mutation

_MCP = "tests/attacks/test_mcp.py"
_WRITING = "tests/attacks/test_writing.py"
_BY_PAGES = f"{_WRITING}::test_drafts_say_nothing_that_a_page_made_a_model_write"

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
    Mutation(
        "draft that states what no source says",
        (f"{_WRITING}::test_drafts_say_nothing_that_no_source_says",),
        (
            Change(
                "writing/grounding.py",
                "if len(words & _stems(self._text)) < least * len(words):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "links in what a model writes",
        (_BY_PAGES,),
        (Change("writing/output.py", "if _has_address(flat, names):", "if False:"),),
    ),
    Mutation(
        "markup and templates in what a model writes",
        (_BY_PAGES,),
        (
            Change(
                "writing/output.py",
                "if _SYNTAX.search(flat) or _ENTITY.search(flat):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "quotes that are not in the source",
        (_BY_PAGES,),
        (
            Change(
                "writing/model_writer.py",
                "if len(quote.strip()) < _SHORTEST_QUOTE or not Grounds([source.quoted.text])"
                ".has(quote):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "classification by what a reply tells the model to answer",
        (f"{_WRITING}::test_replies_are_only_classified",),
        (
            Change(
                "writing/model_writer.py",
                'known = answer.kind not in ("asks_to_stop", "automatic", "unclear")',
                "known = True",
            ),
        ),
        "the model of the answer has no such label",
    ),
]
