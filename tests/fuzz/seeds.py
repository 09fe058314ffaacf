"""Where the fuzzer starts: the spec's examples and what is hard about arrays, as small inputs."""

import json
from collections.abc import Iterator
from typing import Final

from np6_async._generated.examples import EXAMPLES
from np6_async._generated.kinds import EventKind

__all__ = ["TOKENS", "seeds"]

TOKENS: Final = (
    *(b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"},{", b"}, {", b'"},{"', b"],[", b"}]"),
    *(b" ", b"\n", b"\t", b"0", b"1", b"-1.5e3", b"1e400", b"null", b"true", b'""', b"[]", b"{}"),
    *(b'"a"', b'"\\""', b'"\\\\"', b'{"a":1},', b"[1,2]", b'"\\ud800"', b"\xff", b"\xc3\xa9"),
    *(b"\xef\xbb\xbf", b"\0", b"NaN", b"9223372036854775808", b'"type":"execution"', b'"type":'),
    *(b'"id":"00000000-0000-0000-0000-000000000000"', b'"timestamp":5', b'"identity":{"type":"a"}'),
    *(b'"source":{"type":"notification"}', b'"detail":', b'"execution":', b'"recipient":'),
    *(b'"data":{}', b'"value":'),
)
"""What the fuzzer puts in, and what it moves about."""

_SMALLEST: Final = (
    b'{"id":"00000000-0000-0000-0000-000000000001","timestamp":5,"identity":{"type":"a"},'
    b'"source":{"type":"b"}}'
)
_BODIES: Final = (
    *(b"", b"[]", b" [ ] ", b"\xef\xbb\xbf[]", b"[", b"[1", b"[1,", b"[1,]", b"[,]", b"[}", b"{}"),
    *(b"[[]", b'["', b'["\\', b"[1,2] 3", b"[{}}]", b"[{},}]", b"null", b"[1 2]", b"[[1]]]"),
    *(b'[{"a":1},{"b":2}]', b'["},{"]', b'[{"a":"},{"},{}]', b'["\\"},{\\""]', b'["\\\\"]'),
    *(b'[[{"a":1},{"b":2}],{}]', b'[{"a":[{},{}]},{}]', b'[ {"a" : 1} ,\r\n\t{"b" : 2} ]'),
    *(b'["\\ud800",{}]', b'[{"a":"\xff"},{}]', b"[NaN,{}]", b"[{},x,{}]", b"[" * 40 + b"]" * 40),
    *(
        b'[{"a":"\xff"},{"execution":]},',
        b"[{},%b[{\xff},{},{" % (4 * (_SMALLEST + b",")),
    ),
    *(b"[%b,%b]" % (_SMALLEST, _SMALLEST), b"[%b,5,%b]" % (_SMALLEST, _SMALLEST)),
)
_UNITS: Final = (
    *(
        b"1,",
        b"},{",
        b'{"a":1},',
        b'{"a":"},{"},',
        b'"\\ud800",{"a":1},{"b":2},',
        b"[{},{}],",
        b" ",
    ),
    *(b"[", b'"', b'["},{",', b'{"a":"\\"},{"},', b"{},x,{},", b"{},,", _SMALLEST + b","),
)


def seeds() -> Iterator[bytes]:
    """Yield inputs, each with a few bytes in front that say how it is cut."""
    examples = [example for kind in EventKind for example in EXAMPLES[kind]]
    for body in (*_BODIES, *(json.dumps([example]).encode() for example in examples)):
        for header in (b"\0\0\0\0", b"\xff\xff\0\0", b"\x02\x06\x05\0"):
            yield header + body
    for unit in _UNITS:
        for header in (b"\0\xff\0\xff", b"\xff\xff\x40\xff"):
            yield header + unit
