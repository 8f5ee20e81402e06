"""Runs the `console` blocks of a page and compares what they print:
`python tour.py PAGE [HEADING]`, where the heading ends at the next one of its level or above.
`python tour.py --without HEADING PAGE` runs all but those below a heading.

The blocks of a page are one session of a shell. A command starts with `$ ` and goes on after `> `. A
line `…` stands for any lines. Times of the server, hashes, and how many events, blocks and keys there
are differ from run to run, so only their form is compared.
"""

import argparse
import os
import re
import subprocess
import sys

DOCUMENTED_ADDRESS = "127.0.0.1:50051"
END = "== end of the command =="
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "TIME"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b\d+ events\b"), "N events"),
    (re.compile(r"\b\d+ blocks\b"), "N blocks"),
    (re.compile(r"\bposition \d+\b"), "position N"),
    (re.compile(r"\b\d+ keys, and \d+ destroyed\b"), "N keys, and N destroyed"),
]


def blocks(page, heading, without):
    """Finds the lines of each block that is asked for."""
    level, below, block = 0, False, None
    for line in open(page, encoding="utf-8").read().splitlines():
        if block is not None:
            if line == "```":
                yield block
                block = None
            else:
                block.append(line)
        elif match := re.match(r"(#+) (.*)", line):
            if below and len(match[1]) <= level:
                below = False
            if match[2] in (heading, without):
                level, below = len(match[1]), True
        elif line == "```console" and (below if heading else not below):
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


class Shell:
    """One session of bash."""

    def __init__(self):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.bash = subprocess.Popen(["bash"], encoding="utf-8", **pipes)

    def run(self, command):
        """Runs a command in the session; gives the lines that it prints."""
        # Braces, so that what reads standard input does not read the next command.
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null\necho '{END}'\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            # What is before it on the line ended without a line break.
            if line.endswith(END + "\n"):
                rest = line.removesuffix(END + "\n")
                return lines + [rest] * bool(rest)
            lines.append(line.rstrip("\n"))
        sys.exit(f"the shell ended:\n{command}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page")
    parser.add_argument("heading", nargs="?")
    parser.add_argument("--without")
    asked = parser.parse_args()
    found = list(blocks(asked.page, asked.heading, asked.without))
    if not found:
        sys.exit(f"{asked.page} has no such blocks")
    shell = Shell()
    for command, output in [step for block in found for step in steps(block)]:
        command = command.replace(DOCUMENTED_ADDRESS, os.environ.get("LEDGER", DOCUMENTED_ADDRESS))
        print("$ " + command, flush=True)
        actual = shell.run(command)
        if not matches([masked(line) for line in output], [masked(line) for line in actual]):
            sys.exit(f"{asked.page} says:\n" + "\n".join(output) + "\n\nbut it prints:\n" + "\n".join(actual))


if __name__ == "__main__":
    main()
