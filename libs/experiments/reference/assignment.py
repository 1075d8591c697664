"""Second implementation of the assignment, from its description in README.md. It writes assignment.generated.json: the test
vectors for implementations in other languages. It needs Python 3 and nothing else.

    python3 assignment.py > assignment.generated.json
"""

import json
import sys
from fractions import Fraction

SALTS = ["checkout.v1", "canvas.generate:7", "Grüße", ""]

UNITS = [
    "user-1",
    "user-2",
    "user-3",
    "a",
    "ab",
    "abc",
    "abcd",
    "",
    "019359c0-6000-7000-8000-000000000001",
    "019359c0-6000-7000-8000-000000000002",
    "Zoë",
    "Zoe\u0308",
    "日本",
    "🙂",
    "\u0000",
    "with space and\nnew line",
    "מזהה",
    "x" * 300,
]

WEIGHTS = [
    [50_000, 50_000],
    [99_000, 1_000],
    [1, 99_999],
    [33_333, 33_333, 33_334],
    [0, 25_000, 75_000],
    [2.5, 1, 6.5],
]

SPLITS = [
    {"salt": "experiment.1", "coverage": 100, "weights": [50_000, 50_000]},
    {"salt": "experiment.1", "coverage": 12.5, "weights": [50_000, 50_000]},
    {"salt": "experiment.2", "coverage": 40.001, "weights": [10_000, 30_000, 60_000]},
]


def murmur3(data: bytes) -> int:
    """MurmurHash3 x86 32-bit with seed 0, after https://github.com/aappleby/smhasher."""

    def rotate(value: int, bits: int) -> int:
        return ((value << bits) | (value >> (32 - bits))) & 0xFFFFFFFF

    def scramble(block: int) -> int:
        return rotate(block * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF

    result = 0
    whole = len(data) // 4 * 4
    for at in range(0, whole, 4):
        result ^= scramble(int.from_bytes(data[at : at + 4], "little"))
        result = (rotate(result, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    result ^= scramble(int.from_bytes(data[whole:], "little"))
    result ^= len(data)
    result = (result ^ (result >> 16)) * 0x85EBCA6B & 0xFFFFFFFF
    result = (result ^ (result >> 13)) * 0xC2B2AE35 & 0xFFFFFFFF
    return result ^ (result >> 16)


def rollout_bucket(salt: str, unit: str) -> int:
    return murmur3(f"{salt}:rollout:{unit}".encode()) * 100_000 >> 32


def choice(salt: str, weights: list, unit: str) -> int:
    point = Fraction(murmur3(f"{salt}:variant:{unit}".encode()), 2**32)
    total = sum(map(Fraction, weights))
    end = Fraction(0)
    for index, weight in enumerate(weights):
        end += Fraction(weight) / total
        if point < end:
            return index
    raise AssertionError("The shares end at 1, and a point is below 1.")


def arm(salt: str, coverage: float, weights: list, unit: str):
    covered = round(Fraction(str(coverage)) * 1_000)
    return choice(salt, weights, unit) if rollout_bucket(salt, unit) < covered else None


vectors = {
    "description": "Test vectors for the assignment of units. See the README of this library for the rules.",
    "hashes": [{"text": text, "hash": murmur3(text.encode())} for text in UNITS],
    "rollouts": [
        {"salt": salt, "unit": unit, "bucket": rollout_bucket(salt, unit)} for salt in SALTS for unit in UNITS
    ],
    "choices": [
        {"salt": salt, "weights": weights, "unit": unit, "index": choice(salt, weights, unit)}
        for salt in SALTS
        for weights in WEIGHTS
        for unit in UNITS
    ],
    "assignments": [
        {**split, "unit": unit, "arm": arm(split["salt"], split["coverage"], split["weights"], unit)}
        for split in SPLITS
        for unit in [f"user-{number}" for number in range(1, 41)]
    ],
}


def lines(items: list) -> str:
    return "[\n" + ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in items) + "\n  ]"


parts = [
    f"  {json.dumps(key)}: {lines(value) if isinstance(value, list) else json.dumps(value)}"
    for key, value in vectors.items()
]
sys.stdout.reconfigure(encoding="utf-8")
print("{\n" + ",\n".join(parts) + "\n}")
