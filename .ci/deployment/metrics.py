"""Compares what dashboards and alerts ask for with what a running ledger shows:
`python metrics.py BINARY`.

Each query of deploy/grafana goes through promtool, as each rule of deploy/prometheus does elsewhere. Each
name of a metric in them must be one that the server shows after some work, or one that the page of metrics
lists: a test of its own compares that page with the server, and some things happen seldom. A build without
an admin port has none to compare with, and that is said.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import yaml

from program import Ledger, Program

ALERTS = Path("deploy/prometheus/alerts.yml")
PAGE = Path("docs/observability.md")
DASHBOARDS = sorted(Path("deploy/grafana").glob("*.json"))
# What Prometheus itself says of a target.
OF_PROMETHEUS = {"up"}
# Words of the language that no parenthesis follows.
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}
# A family named `x` shows samples named `x` and these.
SUFFIXES = ("_total", "_bucket", "_sum", "_count", "_info")


def queries_of_dashboard(dashboard):
    """Yields where a query stands, and the query, with the variables of Grafana filled in."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], filled(target["expr"])
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], filled(annotation["expr"])
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), \w+\)", variable["query"]["query"])
            yield variable["name"], asked[1]


def filled(query):
    return query.replace("$__rate_interval", "5m").replace("$instance", ".*")


def names_in(query):
    """The names of metrics in a query: what is left when all else of the language is gone."""
    left = re.sub(r'"[^"]*"', "", query)
    left = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", left)
    left = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", left)
    names = re.findall(r"(?<![\w.])[a-zA-Z_:][\w:]*\b(?!\s*\()", left)
    return {name for name in names if name not in WORDS}


def check_syntax(queries):
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
        file.flush()
        checked = subprocess.run(
            ["promtool", "check", "rules", file.name], capture_output=True, text=True
        )
    if checked.returncode != 0:
        sys.exit(f"a query of a dashboard is invalid: {checked.stdout}{checked.stderr}")


def shown_by(address):
    """The families of metrics that a server shows."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return set(re.findall(r"(?m)^# TYPE (\S+) ", text))


def listed():
    """The metrics that the page lists, without their labels."""
    return set(re.findall(r"(?m)^\| `(\w+)[`{]", PAGE.read_text()))


def is_of(name, families):
    if name in families:
        return True
    return any(name.endswith(s) and name.removesuffix(s) in families for s in SUFFIXES)


def main():
    asked = {}
    queries = []
    for path in DASHBOARDS:
        for where, query in queries_of_dashboard(json.loads(path.read_text())):
            queries.append(query)
            for name in names_in(query):
                asked.setdefault(name, f"{path}: {where}")
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            for name in names_in(rule["expr"]):
                asked.setdefault(name, f"{ALERTS}: {rule['alert']}")
    check_syntax(queries)
    print(f"{len(queries)} queries of dashboards, {len(asked)} metrics in them and in the alerts")

    program = Program(sys.argv[1])
    if not program.has("admin_listen") and program.lacks("admin_listen"):
        print("NOT CHECKED: whether a server shows these metrics:", *sorted(asked))
        return
    with Ledger(program) as ledger:
        program.run("demo", "--server", f"http://{ledger.address}")
        families = shown_by(ledger.admin_address)
    rest = {
        name: where
        for name, where in asked.items()
        if name not in OF_PROMETHEUS and not is_of(name, families)
    }
    missing = {name: where for name, where in rest.items() if not is_of(name, listed())}
    if missing:
        sys.exit("\n".join(f"{where}: no metric {name}" for name, where in missing.items()))
    print(f"a running server shows {len(asked) - len(rest)} of them; seldom:", *sorted(rest))


if __name__ == "__main__":
    main()
