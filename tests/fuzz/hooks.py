"""What the fuzzer does beside Schemathesis: it runs in Schemathesis' environment, without ours.

- Ids that Schemathesis makes up rarely exist, so most are replaced by ids that answers have told,
  or of things made for the call: else little beyond 404 would be reached.
- The key that calls is never revoked or rotated.
- What the document cannot say of a request is taken from `unsayable.py`.
"""

import json
import os
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import schemathesis

from tests.fuzz.ids import ID
from tests.fuzz.unsayable import refused_by

_TOLD = json.loads(Path(os.environ["FUZZ_TOLD"]).read_text(encoding="utf-8"))
_HITS = Path(os.environ["FUZZ_HITS"])
_CALLING = {f"key_{re.sub('^.*_sk_', '', key)[:8]}" for key in _TOLD["keys"].values()}
_CONTROL = f"http://127.0.0.1:{_TOLD['port']}/-/"
_KEPT = 200
_INVENTED, _FRESH = 0.2, 0.7
"""How many of the paths keep what Schemathesis made up; and how many name what was made for them
just now, not for a call before: 1 minus that."""
_last: dict[str, list[str]] = {}
_random = random.Random(int(os.environ["FUZZ_SEED"]))
_known: dict[str, list[str]] = defaultdict(list)
_hits: set[str] = set()


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    route = f"{case.operation.method.upper()} {case.operation.path}"
    if case.path_parameters:
        _name_things(case, route)
    if isinstance(case.query, dict):
        case.query = _with_known_ids(case.query)
    if isinstance(case.body, dict | list):
        case.body = _with_known_ids(case.body)


@schemathesis.hook  # type: ignore[untyped-decorator]
def after_call(context: Any, case: Any, response: Any) -> None:
    text = response.content.decode(errors="replace")
    for found in ID.findall(text):
        kept = _known[found.partition("_")[0]]
        if found not in kept[-_KEPT:] and response.status_code < 300:
            kept.append(found)


@schemathesis.hook  # type: ignore[untyped-decorator]
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Not what `unsayable.py` lists: what the schema allows and a rule of ours does not."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    rules = refused_by(response.json())
    if not all(rules):
        return True
    for rule in rules:
        if rule and rule.name not in _hits:
            _hits.add(rule.name)
            with _HITS.open("a", encoding="utf-8") as file:
                file.write(f"{rule.name}\n")
    return False


def _name_things(case: Any, route: str) -> None:
    names = re.findall(r"\{(\w+)\}", case.operation.path)
    given = [str(case.path_parameters.get(name, "")) for name in names]
    if "key_id" in names and any(each.startswith(tuple(_CALLING)) for each in given):
        chance = 1.0
    else:
        chance = _random.random()
    if chance < _INVENTED:
        return
    if chance > _FRESH or route not in _last:
        _last[route] = _made(route)
    case.path_parameters.update(dict(zip(names, _last[route], strict=False)))


def _made(route: str) -> list[str]:
    request = Request(f"{_CONTROL}make", route.encode(), method="POST")
    with urlopen(request) as answer:
        made: list[str] = json.load(answer)
    return made


def _with_known_ids(value: Any) -> Any:
    match value:
        case dict():
            return {name: _with_known_ids(each) for name, each in value.items()}
        case list():
            return [_with_known_ids(each) for each in value]
        case str() if ID.fullmatch(value) and (kept := _known[value.partition("_")[0]]):
            return _random.choice(kept) if _random.random() < 0.8 else value
        case _:
            return value
