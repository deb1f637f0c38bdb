"""Connections that a client keeps between two calls. Lambda freezes a process that has nothing to
do, and what is silent for some minutes is dropped by the other side: the next call on it ends
without an answer. A client that repeats calls hides that; one that does not must connect anew.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ConnectionClosedError

from outrider.kit import clock

IDLE_MS = 350_000
"""After so long a load balancer of AWS forgets a connection."""


class Connections:
    """Those of clients that make each call once."""

    def __init__(self) -> None:
        self._used_ms: dict[str, int] = {}

    def clear(self) -> None:
        self._used_ms.clear()

    def attach(self, session: Any) -> None:
        session.register("creating-client-class", self._notice_closing, unique_id="harness-close")

    def use(self, service: str, config: Any) -> None:
        """Raises ConnectionClosedError on a connection that was left alone for too long."""
        if (config.retries or {}).get("total_max_attempts") != 1:
            return
        now = clock.epoch_ms()
        last, self._used_ms[service] = self._used_ms.get(service), now
        if last is not None and now - last > IDLE_MS:
            raise ConnectionClosedError(endpoint_url=f"https://{service}.amazonaws.com")

    def _notice_closing(self, class_attributes: dict[str, Any], **_: Any) -> None:
        def close(client: BaseClient) -> None:
            self._used_ms.pop(client.meta.service_model.service_name, None)
            BaseClient.close(client)

        class_attributes["close"] = close
