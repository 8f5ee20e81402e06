"""Runs the `console` blocks of README.md under one heading and compares what they print:
`python tour.py HEADING`.

A command starts with `$ ` and goes on after `> `. A line `…` stands for any lines. Times of the
server and hashes differ from run to run, so they are only compared by their form.
"""

import os
import re
import subprocess
import sys

README_ADDRESS = "127.0.0.1:50051"
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "TIME"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
]


def blocks(heading):
    """Finds the lines of each block between a heading and the next one."""
    inside, block = False, None
    for line in open("README.md", encoding="utf-8").read().splitlines():
        if block is not None:
            if line == "```":
                yield block
                block = None
            else:
                block.append(line)
        elif line.startswith("#"):
            inside = line.lstrip("# ") == heading
        elif inside and line == "```console":
            block = []


def steps(lines):
    """Splits a block into commands and what they print."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [("\n".join(command), output) for command, output in found]


def masked(line):
    for pattern, name in VARYING:
        line = pattern.sub(name, line)
    return line.rstrip()


def matches(expected, actual):
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def main():
    shell = ""
    for command, output in [step for block in blocks(sys.argv[1]) for step in steps(block)]:
        command = command.replace(README_ADDRESS, os.environ.get("LEDGER", README_ADDRESS))
        if not output:
            shell += command + "\n"
        else:
            print("$ " + command, flush=True)
            ran = subprocess.run(
                ["bash", "-c", shell + command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            actual = [masked(line) for line in ran.stdout.splitlines()]
            if not matches([masked(line) for line in output], actual):
                sys.exit("README.md says:\n" + "\n".join(output) + "\n\nbut it prints:\n" + ran.stdout)


if __name__ == "__main__":
    main()
