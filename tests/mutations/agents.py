"""Mutations of what keeps a hostile model from harm: the attacks must notice each."""

from tests.mutations.mutation import Change, Mutation

_AGENT_RUNS = "tests/agents/test_runs.py"
_SIZE = f"{_AGENT_RUNS}::TestSize::test_of_a_step_is_limited_whatever_a_model_asks_for"
_VISIBILITY = "tests/agents/test_visibility.py"
_MCP = "tests/attacks/test_mcp.py"
_RUNS = "tests/attacks/test_runs.py"
_PERSON = f"{_RUNS}::test_do_nothing_that_only_a_person_may_decide"
_DECISIONS = "agents/policy/decisions.py"
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
        "sequence of a run that a person has launched during it",
        ("tests/agents/test_drafts_of_runs.py::test_are_for_a_person_once_somebody_launched_them",),
        (
            Change(
                "agents/runs/drafts.py",
                'all(each["status"] == "draft" for each in found.content["data"])',
                "True",
            ),
        ),
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
        ("tests/unit/writing/test_output.py::test_is_refused",),
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
    Mutation(
        "taint of a run that read strangers",
        (f"{_PERSON}[mail_outsiders-reply-other_language]",),
        (Change(_DECISIONS, "if self.run.tainted:", "if False:"),),
    ),
    Mutation(
        "class of tools that are for a person",
        (f"{_PERSON}[delete_data-custom_field-other_language]",),
        (Change(_DECISIONS, 'if self.effect == "person":', "if False:"),),
    ),
    Mutation(
        "budget of tool calls",
        (f"{_PERSON}[loop-custom_field-arguments_of_insiders]",),
        (
            Change(
                "agents/runs/conversation.py",
                "return self.run.spent.tool_calls < self.run.budget.tool_calls",
                "return True",
            ),
        ),
    ),
    Mutation(
        "budget of credits",
        (f"{_RUNS}::TestModels::test_spend_no_more_credits_than_their_budget",),
        (
            Change(
                _DECISIONS, "if spent.credits + self.rule.credits > budget.credits:", "if False:"
            ),
        ),
    ),
    Mutation(
        "budget of recipients",
        (f"{_RUNS}::TestModels::test_reach_no_more_people_than_their_budget",),
        (
            Change(
                _DECISIONS,
                "if spent.recipients + len(self.recipients) > budget.recipients:",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "templates of a model",
        (f"{_PERSON}[change_templates-message-encoded]",),
        (
            Change(
                _DECISIONS,
                "        if not self.tool.is_read_only:\n            yield from _forbidden",
                "        if False:\n            yield from _forbidden",
            ),
        ),
    ),
    Mutation(
        "addresses of a model that are read from",
        (f"{_PERSON}[exfiltrate_contacts-message-fake_tool_result]",),
        (
            Change(
                _DECISIONS,
                "if self.rule.fetches and (unread := self._set_by_run()):",
                'if (unread := "") and self._set_by_run():',
            ),
        ),
    ),
    Mutation(
        "agents that are disabled",
        (f"{_RUNS}::TestPeople::test_by_disabling_agents",),
        (Change("agents/runs/wiring.py", "if not policies.get().enabled:", "if False:"),),
    ),
    Mutation(
        "links in the answer of a run that read strangers",
        (f"{_PERSON}[exfiltrate_contacts-custom_field-encoded]",),
        (
            Change(
                "agents/runs/loop.py",
                "return without_links(talk.response, talk.work.host)"
                " if talk.run.tainted else talk.response",
                "return talk.response",
            ),
        ),
    ),
    Mutation(
        "draft of a run after its launch",
        (f"{_RUNS}::TestModels::test_change_nothing_that_they_have_launched",),
        (
            Change(
                "agents/runs/loop.py",
                'if verdict.effect not in ("send", "person"):',
                "if verdict.effect:",
            ),
        ),
    ),
    Mutation(
        "agent that decides",
        ("tests/agents/test_approvals.py::TestAgent::test_can_never_decide",),
        (Change("agents/approvals/deciding.py", "if self.caller.is_agent:", "if False:"),),
    ),
    Mutation(
        "approval of what changed since it was shown",
        ("tests/agents/test_approvals.py::TestApprove::test_is_refused_if_a_text_changed",),
        (
            Change(
                "agents/approvals/deciding.py",
                "if what := difference(approval.shown, now):",
                'if (what := "") and difference(approval.shown, now):',
            ),
        ),
    ),
    Mutation(
        "scopes of the key that a run acts for",
        (f"{_RUNS}::test_do_nothing_that_their_key_may_not_do",),
        (
            Change(
                "agents/policy/models.py",
                "both = scopes.common(granted, self.scopes) - FORBIDDEN",
                "both = frozenset(self.scopes) - FORBIDDEN",
            ),
            Change(
                "access/admission.py",
                "granted = scopes.common(caller.scopes, delegation.scopes)",
                "granted = delegation.scopes",
            ),
        ),
        "the run gets no more than its key has, and each of its calls neither",
    ),
    Mutation(
        "recipients that the run itself made",
        ("tests/agents/test_runs.py::TestRun::test_sends_nothing_to_a_contact_that_it_made",),
        (
            Change("agents/policy/decisions.py", "if each in self.touched:", "if False:"),
            Change(
                "agents/runs/recipients.py",
                'if found.content["created_at"] >= run.created_at:',
                "if False:",
            ),
            Change(
                "agents/runs/recipients.py",
                "if _EARLIEST_MS <= ids.made_at(each) < began:",
                "if _EARLIEST_MS <= ids.made_at(each):",
            ),
        ),
        "what the run made is noted, and every recipient must be older than the run",
    ),
    Mutation(
        "arguments that become headers",
        (f"{_AGENT_RUNS}::TestFailures::test_of_a_call_are_results",),
        (
            Change(
                _DECISIONS,
                "self.arguments.keys() & set(hidden_arguments(self.tool.name))",
                "()",
            ),
        ),
    ),
    Mutation(
        "size of an error",
        ("tests/mcp/test_calls.py::TestErrors::test_stay_within_the_size_of_a_result",),
        (
            Change("mcp/calls.py", 'problem.get("errors", ())[:MOST_ERRORS]', 'problem["errors"]'),
            Change("mcp/calls.py", "len(json.dumps(errors)) > self.most_bytes / 2:", "False:"),
        ),
        "the number of violations, and their size",
    ),
    Mutation(
        "size of the arguments of a call",
        (_SIZE,),
        (Change("agents/runs/loop.py", "if size <= MOST_BYTES_GIVEN:", "if size:"),),
    ),
    Mutation(
        "nesting of what a model says",
        (_SIZE,),
        (Change("agents/runs/loop.py", "turn.calls]), _DEEPEST)", "turn.calls]), 200)"),),
    ),
    Mutation(
        "resources that a call names, and are none",
        ("tests/unit/agents/test_decisions.py::TestDecide::test_notes_only_ids_that_there_can_be",),
        (Change(_DECISIONS, " if any(ids.is_id(kind, each) for kind in _ADDRESSED)]", "]"),),
    ),
    Mutation(
        "limits of a call that is proposed",
        (f"{_AGENT_RUNS}::TestSize::test_of_a_proposal_is_that_of_a_call",),
        (Change("agents/approvals/proposals.py", "        check(tool, arguments)\n", ""),),
    ),
    Mutation(
        "taint of a tool that quotes strangers",
        (
            "tests/infrastructure/test_tool_rules.py"
            "::test_a_tool_whose_result_is_trusted_has_no_text_of_others",
        ),
        (
            Change(
                "agents/policy/tool_rules.py",
                "**_all(_TEXTS_OF_STRANGERS, _READ)",
                "**_all(_TEXTS_OF_STRANGERS, _TRUSTED)",
            ),
        ),
    ),
    Mutation(
        "links in the steps of a run that read strangers",
        (f"{_VISIBILITY}::test_has_no_links_where_text_of_strangers_was_read",),
        (Change("agents/runs/schemas.py", "if run.tainted else", "if False else"),),
    ),
    Mutation(
        "messages of chats in the list of runs",
        (f"{_VISIBILITY}::test_is_what_its_scopes_cover",),
        (Change("agents/runs/service.py", "with_chats=self._reads_chats", "with_chats=True"),),
    ),
    Mutation(
        "messages of chats for keys without their scope",
        (f"{_VISIBILITY}::test_is_what_its_scopes_cover",),
        (
            Change(
                "agents/runs/service.py",
                'if found[0].kind == "chat" and not self._reads_chats:',
                "if False:",
            ),
        ),
    ),
]
