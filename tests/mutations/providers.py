"""Mutations of what keeps keys of providers, and of what calls of models may do."""

from tests.mutations.mutation import Change, Mutation

_FAULTS = "tests/language_models/test_faults.py"
_MATRIX = f"{_FAULTS}::test_ends_in_a_fault_after_one_request"
_KEYS = "tests/integration/test_llm_providers.py"
_TRANSPORT = "language_models/adapters/transport.py"

MUTATIONS = [
    Mutation(
        "provider's redirect that is read as an answer",
        (_MATRIX,),
        (Change(_TRANSPORT, "if 300 <= response.status < 400:", "if False:"),),
    ),
    Mutation(
        "provider's body that was cut off",
        (_MATRIX,),
        (
            Change(
                _TRANSPORT,
                "if length.isdecimal() and len(response.body) < min(int(length), MAX_RESPONSE):",
                "if False:",
            ),
        ),
    ),
    Mutation(
        "provider's error as the context of ours",
        (_MATRIX,),
        (
            Change(
                "language_models/adapters/provider_model.py",
                "return faults.failure_of(error, transport, self.provider, self.name)",
                "raise faults.failure_of(error, transport, self.provider, self.name) from error",
            ),
        ),
    ),
    Mutation(
        "provider's request that is retried",
        (_MATRIX,),
        (
            Change(
                "language_models/adapters/anthropic.py",
                "ModelSettings(max_retries=0)",
                "ModelSettings(max_retries=1)",
            ),
        ),
    ),
    Mutation(
        "base URL that the operator does not allow",
        (f"{_KEYS}::TestPut::test_takes_only_base_urls_that_the_operator_allows",),
        (
            Change(
                "llm_providers/base_urls.py",
                "        if is_allowed(url, allowed, loopback=loopback):\n",
                "        if True:\n",
            ),
        ),
    ),
    Mutation(
        "base URL that is allowed no longer",
        (f"{_KEYS}::TestLanguageModel::test_is_not_at_an_address_that_is_no_longer_allowed",),
        (
            Change(
                "llm_providers/wiring.py",
                "    if stored.base_url and not is_allowed(",
                "    if False and not is_allowed(",
            ),
        ),
    ),
    Mutation(
        "key of a provider without its workspace",
        (
            f"{_KEYS}::TestIsolation::test_a_key_that_is_copied_to_another_workspace_cannot_be_decrypted",
        ),
        (
            Change(
                "llm_providers/wiring.py",
                'Cipher(settings().secrets_key_id), workspace, "provider")',
                'Cipher(settings().secrets_key_id), "all", "provider")',
            ),
        ),
    ),
]
