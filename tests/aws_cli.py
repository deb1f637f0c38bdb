"""The AWS CLI, as far as pages use it: `python -m tests.aws_cli lambda invoke …`, with the account
that the environment names."""

import json
import sys
from pathlib import Path

import boto3

from tests.shell import AwsCall


def main(words: list[str]) -> None:
    call = AwsCall.of(words)
    printed = call.run(boto3.client)
    if call.operation == "invoke":
        text = json.dumps(printed)
        if words[-1] == "/dev/stdout":
            sys.stdout.write(f"{text}\n")
        else:
            Path(words[-1]).write_text(text, encoding="utf-8")
        printed = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    sys.stdout.write(f"{printed if isinstance(printed, str) else json.dumps(printed)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
