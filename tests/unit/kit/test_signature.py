"""Our signature is the one botocore makes."""

from datetime import UTC, datetime
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.aws.signature import Scope

NAMES = st.from_regex(r"x-[a-z]{1,12}(-[a-z]{1,12})?", fullmatch=True).filter(
    lambda name: name not in ("x-amz-date", "x-amzn-trace-id")
)
VALUES = st.from_regex(r"[!-~]([ -~]{0,30}[!-~])?", fullmatch=True).filter(
    lambda value: "  " not in value
)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


class TestSign:
    @given(
        body=st.binary(max_size=300),
        headers=st.dictionaries(NAMES, VALUES, max_size=4),
        secret=SECRETS,
        seconds=st.integers(1_420_000_000, 4_070_000_000),
        region=st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1"]),
    )
    def test_is_what_botocore_makes(
        self, body: bytes, headers: dict[str, str], secret: str, seconds: int, region: str
    ) -> None:
        host = f"dynamodb.{region}.amazonaws.com"
        request = AWSRequest("POST", f"https://{host}/", data=body, headers=headers)
        now = datetime.fromtimestamp(seconds, UTC)
        with patch("botocore.auth.get_current_datetime", lambda *_, **__: now):
            SigV4Auth(Credentials("AKIDEXAMPLE", secret), "dynamodb", region).add_auth(request)

        signed = Scope(region, "dynamodb").sign(
            {**headers, "host": host}, body, access_key="AKIDEXAMPLE", secret_key=secret, now=now
        )

        assert signed["authorization"] == request.headers["Authorization"]
        assert signed["x-amz-date"] == request.headers["X-Amz-Date"]
