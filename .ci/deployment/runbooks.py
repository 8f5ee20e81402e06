"""Every alert has its part of the page, and every part of the page an alert."""

import re
import sys
from pathlib import Path

import yaml

ALERTS = Path("deploy/prometheus/alerts.yml")
TESTS = Path("deploy/prometheus/tests/alerts.yml")
PAGE = Path("docs/alerts.md")


def main():
    problems = []
    headings = re.findall(r"(?m)^## (\w+)$", PAGE.read_text())
    tested = {
        check["alertname"]
        for test in yaml.safe_load(TESTS.read_text())["tests"]
        for check in test["alert_rule_test"]
        if check.get("exp_alerts")
    }
    named = set()
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            name, link = rule["alert"], rule["annotations"]["runbook_url"]
            page, _, anchor = link.partition("#")
            found = [heading for heading in headings if heading.lower() == anchor]
            if page != str(PAGE) or not found:
                problems.append(f"{name}: {link} leads nowhere")
            named.update(found)
            if name not in tested:
                problems.append(f"{name}: no test in which it fires")
            if rule["labels"]["severity"] not in ("critical", "warning"):
                problems.append(f"{name}: severity")
    problems += [f"{PAGE}: no alert leads to {heading}" for heading in set(headings) - named]
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(named)} parts of {PAGE}, each with its alerts")


if __name__ == "__main__":
    main()
