"""`python -m tests.releases`: record the stack of this release as tests/releases/<version>.json.

To be run for each release before it is tagged; a recording of a released version never changes.
"""

import tomllib

from tests.harness.cloud import built
from tests.receivers import answering, receiver
from tests.releases import recording, scenario
from tests.releases.recording import FOLDER, Recording
from tools.templates import REPOSITORY


def version() -> str:
    """Return the version of this release."""
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def main() -> None:
    with built() as cloud, receiver(answering()) as endpoint, scenario.without_websites():
        cloud.begin()
        with cloud.environment(STAGE="local"):
            scenario.build(cloud, endpoint.url)
            begun = recording.begun(cloud)
            scenario.leave_unread(cloud.api)
            unread = recording.written_since(cloud, begun["tables"])
            scenario.go_on(cloud)
            made = Recording(**begun, unread=unread, summary=recording.summary(cloud))
        made.write(FOLDER / f"{version()}.json", cloud, endpoint.url)


if __name__ == "__main__":
    main()
