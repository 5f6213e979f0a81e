"""Each family of benchmarks runs, on sizes that tell nothing about speed."""

import pytest

from benchmarks.__main__ import FAMILIES, main

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("family", FAMILIES)
def test_it_runs_and_ends_in_a_table(family, capsys, tmp_path):
    target = tmp_path / "table.md"
    main([family], quick=True, markdown=target)
    shown = capsys.readouterr().out
    assert "ours" in shown
    assert "rows;" in shown
    assert "| work |" in target.read_text()
