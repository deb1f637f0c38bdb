"""Saved states on the disk: whole, or not there."""

from pathlib import Path

from local import generations


def _save(state: Path, text: str) -> Path:
    partial = generations.begin(state)
    (partial / "dynamodb.json").write_text(text)
    return generations.commit(partial)


class TestNewest:
    def test_is_none_before_the_first_save(self, tmp_path: Path) -> None:
        assert generations.newest(tmp_path / "state") is None

    def test_passes_over_what_was_saved_in_part(self, tmp_path: Path) -> None:
        whole = _save(tmp_path, "old")
        generations.begin(tmp_path)

        assert generations.newest(tmp_path) == whole
        assert (whole / "dynamodb.json").read_text() == "old"

    def test_counts_on_beyond_what_sorts_as_text(self, tmp_path: Path) -> None:
        (tmp_path / "generation-999999").mkdir()

        assert _save(tmp_path, "new").name == "generation-1000000"
        assert generations.newest(tmp_path) == tmp_path / "generation-1000000"


class TestCommit:
    def test_replaces_the_state_before(self, tmp_path: Path) -> None:
        _save(tmp_path, "old")
        generations.begin(tmp_path)
        new = _save(tmp_path, "new")

        assert list(tmp_path.iterdir()) == [new]
        assert (new / "dynamodb.json").read_text() == "new"


class TestLink:
    def test_keeps_what_the_files_said_when_they_are_replaced(self, tmp_path: Path) -> None:
        live = tmp_path / "live"
        live.mkdir()
        (live / "object").write_text("then")
        generations.link(live, tmp_path / "kept")
        (tmp_path / "draft").write_text("now")
        (tmp_path / "draft").replace(live / "object")

        assert (tmp_path / "kept" / "object").read_text() == "then"

    def test_has_nothing_to_do_where_nothing_is(self, tmp_path: Path) -> None:
        generations.link(tmp_path / "nothing", tmp_path / "kept")

        assert not (tmp_path / "kept").exists()
