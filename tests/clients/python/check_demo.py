"""Compares what a ledger says after the demo with what was worked out by hand:
`python check_demo.py 127.0.0.1:50051`. deploy/demo/README.md describes the files."""

import json
import pathlib
import sys

from ledger import Ledger

STORIES = pathlib.Path(__file__).parents[3] / "deploy" / "demo" / "stories"
DEFAULTS = ("0", 0, "", False, [])


def asks(story):
    """Finds the asks of a story: method and request."""
    brand, found = None, []
    for block in story.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        start = next((n for n, line in enumerate(lines) if line.startswith("{")), len(lines))
        words = dict(line.split(" ", 1) for line in lines[:start])
        brand = words.get("brand", brand)
        if "ask" in words:
            request = json.loads("\n".join(lines[start:]))
            found.append((words["ask"], {"brand_id": brand, **request}))
    return found


def differences(expected, actual, path=""):
    """Lists where an answer does not match the part of it that is expected."""
    if expected is None:
        return [] if actual is None else [f"{path}: there is {actual!r}, expected none"]
    if actual is None:
        return [] if expected in DEFAULTS else [f"{path}: nothing, expected {expected!r}"]
    if isinstance(expected, dict):
        fields = expected.items()
        return [
            line for name, value in fields for line in differences(value, actual.get(name), f"{path}.{name}")
        ]
    if isinstance(expected, list):
        return _unmatched(expected, actual, path)
    return [] if expected == actual else [f"{path}: {actual!r}, expected {expected!r}"]


def _unmatched(expected, actual, path):
    if len(expected) != len(actual):
        return [f"{path}: {len(actual)} elements, expected {len(expected)}"]
    left, found = list(actual), []
    for number, value in enumerate(expected):
        tried = [differences(value, one, f"{path}[{number}]") for one in left]
        best = min(range(len(left)), key=lambda one: len(tried[one]))
        left.pop(best)
        found += tried[best]
    return found


def misplaced(ask, answer):
    """Lists what does not stand where it must, in the list whose order matters, if there is one."""
    name = ask.get("in_order")
    pairs = zip(ask["expect"][name], answer[name]) if name else ()
    return [
        line for at, (expected, actual) in enumerate(pairs) for line in differences(expected, actual, f".{name}[{at}]")
    ]


def main():
    ledger, failed = Ledger(sys.argv[1]), False
    for story in sorted(STORIES.glob("*.story")):
        expected = json.loads(story.with_suffix(".expected.json").read_text())
        asked = asks(story)
        assert [ask["ask"] for ask in expected] == [method for method, _ in asked], story
        for (method, request), ask in zip(asked, expected):
            answer = ledger.call(method, request)
            found = differences(ask["expect"], answer) or misplaced(ask, answer)
            print(f"{'no' if found else 'ok'}  {story.stem}: {method} {request}")
            for line in found:
                print(f"    {line}")
            failed = failed or bool(found)
    sys.exit(failed)


if __name__ == "__main__":
    main()
