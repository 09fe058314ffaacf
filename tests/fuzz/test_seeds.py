"""The fuzzer's target, without the fuzzer: every seed passes, and a client that errs does not."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from np6_async._decode.array import ArraySplitter, RawDecoder

from .seeds import seeds
from .target import PIECES, Case, check, short

pytestmark = pytest.mark.not_measured  # the unit tests are

SEEDS = list(seeds())
REPEATED = {number: data for number, data in enumerate(SEEDS) if short(data) != data}
LATE = [number for place, number in enumerate(REPEATED) if place % 4]  # half a second each


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(data, marks=[pytest.mark.nightly] * (number in LATE), id=str(number))
        for number, data in enumerate(SEEDS)
    ],
)
def test_p10_every_seed_passes(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize("data", REPEATED.values(), ids=REPEATED)
def test_p10_every_seed_passes_without_being_repeated(data: bytes) -> None:
    check(short(data))


def test_a_case_is_made_of_any_bytes() -> None:
    assert Case.of(b"") == Case(b"", [1, 1], 8 * 2**20)
    assert Case.of(b"\x01\x02\x03\x00[]") == Case(b"[]", [2, 3], 3)
    long = Case.of(b"\x01\x02\x03\xff{},")
    assert len(list(long.pieces())) <= PIECES
    assert long.limit > 256
    assert long.body.startswith(b"[{},{},")
    assert long.body.endswith(b"{},{}]")
    assert b"".join(long.pieces()) == long.body


class Lossy(RawDecoder):
    def decode_array(self, array: bytes | memoryview) -> tuple[list[bytes], None]:
        return super().decode_array(array)[0][:2], None


class Merging(RawDecoder):
    def decode(self, elements: Sequence[msgspec.Raw]) -> tuple[list[bytes], None]:
        return [b",".join(map(bytes, elements))], None


@pytest.mark.parametrize("errs", [Lossy, Merging])
def test_a_decoder_that_errs_is_found(errs: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.target.RawDecoder", errs)
    with pytest.raises(AssertionError):
        check(b'\xff\xff\0\0[{"a":1},{"a":2},{"a":3}]')


def test_a_splitter_that_walks_too_much_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient(ArraySplitter[Any]):
        def feed(self, data: bytes) -> list[Any]:
            self._decoder.decode([msgspec.Raw(bytes(self._buffer))])
            return super().feed(data)

    monkeypatch.setattr("tests.fuzz.target.ArraySplitter", Impatient)
    with pytest.raises(AssertionError, match="more work than bytes"):
        check(b'\0\0\0\xff"')
