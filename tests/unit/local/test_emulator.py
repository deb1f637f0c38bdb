"""What is done to the emulator's saved state before it starts."""

import json
from pathlib import Path

from local.emulator import _rewind_streams
from local.home import Home


class TestRewindStreams:
    def test_lets_every_mapping_read_from_the_first_record(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        home.state.mkdir()
        positions = {"data": {"000000000000\0us-east-1\0'a'": 7, "000000000000\0us-east-1\0'b'": 0}}
        saved = {"payload": {"functions": {}, "dynamodb_stream_positions": positions}}
        (home.state / "lambda.json").write_text(json.dumps(saved))

        _rewind_streams(home)

        found = json.loads((home.state / "lambda.json").read_text())["payload"]
        assert list(found["dynamodb_stream_positions"]["data"].values()) == [0, 0]
        assert found["functions"] == {}

    def test_has_nothing_to_do_at_the_first_start(self, tmp_path: Path) -> None:
        _rewind_streams(Home(tmp_path))

        assert list(tmp_path.iterdir()) == []
