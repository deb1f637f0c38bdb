"""Read a SAM template as JSON and print what CloudFormation makes of it: run by SAM's own Python,
whose packages the project cannot share."""

import json
import sys

from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

_IN_S3 = "s3://bucket/key"


def main() -> None:
    template = json.load(sys.stdin)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in properties.keys() & {"CodeUri", "ContentUri", "DefinitionUri"}:
            properties[name] = _IN_S3
    json.dump(transform(template, {}, ManagedPolicyLoader(None)), sys.stdout)


if __name__ == "__main__":
    main()
