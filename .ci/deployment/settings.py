"""Checks the example of a configuration: `python settings.py BINARY`.

What it sets is accepted, and every line that is commented out is a setting too.
"""

import re
import sys
import tempfile
import tomllib
from pathlib import Path

from program import Program

EXAMPLE = Path("deploy/config.example.toml")


def refused(program, text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return program.refuses_config(Path(file.name))


def main():
    program = Program(sys.argv[1])
    text = EXAMPLE.read_text()
    problems = refused(program, text)
    lines = re.findall(r"(?m)^#(\w+ = .*)$", text)
    # One by one: some of them are choices between values of the same setting.
    for line in lines:
        tomllib.loads(line)
        also = "insecure = true\n" if line.startswith("listen") else ""
        said = refused(program, f"{line}\n{also}")
        # Some settings come together only: the whole of them is in the overlay for production.
        problems += [one for one in said if not re.search(r"needs \w+ too", one)]
    if problems:
        sys.exit("\n".join(problems))
    print(f"{EXAMPLE}: accepted, and so are {len(lines)} lines that are commented out")


if __name__ == "__main__":
    main()
