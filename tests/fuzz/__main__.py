"""Fuzz the array splitter and the event decoder, guided by coverage: `make fuzz`.

What was found to reach new code is kept in ``.fuzz/corpus``; an input that fails is written to
``.fuzz/``, and ``python -m tests.fuzz FILE`` tries it again.
"""

import argparse
import random
import re
import sys
from hashlib import sha1
from importlib import import_module
from pathlib import Path

atheris = import_module("atheris")  # is installed for fuzzing only, so no type checker finds it
with atheris.instrument_imports(include=["np6_async"]):
    from .seeds import TOKENS, seeds
    from .target import HEADER, check, short

HOME = Path(".fuzz")
CORPUS = HOME / "corpus"
LARGEST = 2048  # bytes of an input: large enough for two of the spec's examples
MOSTLY = 0.9  # of all inputs make no long body: that takes a hundred times as long
SLOWEST = 20  # seconds for one input, beyond which it is taken for a hang

_token = re.compile(rb'"(?:[^"\\]|\\.)*"|[\w.+-]+|.', re.DOTALL)


def mutated(data: bytes, largest: int, seed: int) -> bytes:
    """Return an input with some bytes changed as libFuzzer likes, or some tokens moved about."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        data = atheris.Mutate(data, largest)
    else:
        data = data[:HEADER] + moved(_token.findall(data[HEADER:]), chance)
    if chance.random() < MOSTLY:
        data = short(data)
    return data[:largest]


def moved(tokens: list[bytes], chance: random.Random) -> bytes:
    """Return tokens joined, a few of them moved, repeated, dropped or replaced."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.choices(range(len(tokens) + 1), k=2))
        span = tokens[start:end][:64] * chance.randint(0, 2)
        at = chance.randint(0, len(tokens))
        tokens[at : at + chance.choice((0, 0, 1, len(span)))] = span or [chance.choice(TOKENS)]
    return b"".join(tokens)


def prepare() -> Path:
    """Write the seeds and return the file with libFuzzer's dictionary."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (CORPUS / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    dictionary = HOME / "tokens.dict"
    quoted = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    dictionary.write_text("".join(f'"{token}"\n' for token in quoted), "ascii")
    return dictionary


def main() -> None:
    """Run the command line; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long (default: 60)")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs (default: any)")
    parser.add_argument("again", nargs="*", metavar="FILE", help="an input to try again")
    options = parser.parse_args()
    dictionary = prepare()
    arguments = [
        *(sys.argv[0], f"-max_total_time={options.seconds}", f"-runs={options.runs}"),
        *(f"-timeout={SLOWEST}", f"-max_len={LARGEST}", f"-dict={dictionary}"),
        *(f"-artifact_prefix={HOME}/", *(options.again or [str(CORPUS)])),
    ]
    atheris.Setup(arguments, check, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
