r"""The output for a small document that has every case of the templates.

After a wanted change of the output, record it again and read the diff:

    python -m codegen --root tests/codegen/golden/small
"""

from pathlib import Path

import pytest

from codegen.__main__ import main


def test_the_output_is_the_recorded_one(golden: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--root", str(golden / "small"), "--check"])
    assert (capsys.readouterr().out, status) == ("", 0)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("required_null: str | None\n", id="required and nullable"),
        pytest.param("nickname: str | None = None\n", id="nullable"),
        pytest.param("retries: Int32 | None = None\n", id="nullable integer with a format"),
        pytest.param("Client: TypeAlias = str\n", id="open enumeration"),
        pytest.param('Priority: TypeAlias = Literal["low", "high"]\n', id="closed enumeration"),
        pytest.param(
            'class_: str | None = attrs.field(default=None, metadata={"wire": "class"})',
            id="keyword",
        ),
        pytest.param('is_new: bool = attrs.field(metadata={"wire": "isNew"})', id="camelCase"),
        pytest.param("at: datetime\n", id="date-time"),
        pytest.param("tags: list[str] | None = None\n", id="array"),
        pytest.param("place: OpeningPlace | None = None\n", id="nested object"),
        pytest.param('    id: UUID\n    type: Literal["opening"]', id="allOf"),
        pytest.param("Device: TypeAlias = Phone | Watch\n", id="discriminated union"),
        pytest.param('type: Literal["opening"] = "opening"\n', id="const and default"),
        pytest.param('kind: Literal["watch"]\n', id="tag from the mapping"),
        pytest.param('attrs.field(factory=lambda: ["a"])', id="array with a default"),
        pytest.param(
            "def opened_at(self) -> dt.datetime | None:", id="datetime of an optional integer"
        ),
        pytest.param(r"a \\backslash and", id="backslash in a description"),
    ],
)
def test_S13_the_recorded_output_has_each_difficult_case(golden: Path, line: str) -> None:
    assert line in (golden / "small" / "np6_async" / "_generated" / "models.py").read_text("utf-8")
