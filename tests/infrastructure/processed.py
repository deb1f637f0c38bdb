"""What CloudFormation makes of template.yaml, by SAM's own translator."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from local.tools import SAM
from tools import templates


@cache
def processed() -> dict[str, Any]:
    done = subprocess.run(
        [SAM.python, Path(__file__).with_name("sam_transform.py")],
        input=json.dumps(templates.main()),
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin"},
    )
    made: dict[str, Any] = json.loads(done.stdout)
    return made
