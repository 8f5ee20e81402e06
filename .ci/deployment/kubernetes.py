"""Checks what the overlays of deploy/kubernetes render to: `python kubernetes.py BINARY`.

Schemas first, strictly, then what no schema can say: that names meet, that pods keep to the restricted
standard, that the program understands the arguments and the configuration that it is given.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

from program import Program

KUBERNETES = Path("deploy/kubernetes/overlays")
# The oldest version that has all we use, and the newest that the schemas know.
VERSIONS = ["1.31", "1.37"]
# The process may go on for this long after drain_timeout_ms.
LAST_GRACE_MS = 500
CONFIG_FILE = "config.toml"

STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
# Of the custom resource only what we use: another field is probably a slip.
SERVICE_MONITOR = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "monitoring.coreos.com/v1"},
        "kind": {"const": "ServiceMonitor"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "additionalProperties": False,
            "required": ["selector", "endpoints"],
            "properties": {
                "jobLabel": {"type": "string"},
                "selector": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"matchLabels": STRINGS},
                },
                "endpoints": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["port", "path"],
                        "properties": {
                            "port": {"type": "string"},
                            "path": {"type": "string"},
                            "interval": {"pattern": "^[0-9]+s$"},
                            "scrapeTimeout": {"pattern": "^[0-9]+s$"},
                        },
                    },
                },
            },
        },
    },
}

problems = []


def expect(holds, problem):
    if not holds:
        problems.append(problem)


def name_of(thing):
    return f"{thing['kind']}/{thing['metadata']['name']}"


def rendered(overlay):
    text = subprocess.run(
        ["kubectl", "kustomize", overlay], check=True, capture_output=True, text=True
    ).stdout
    return list(yaml.safe_load_all(text))


def check_schema(thing):
    if thing["kind"] == "ServiceMonitor":
        jsonschema.validate(thing, SERVICE_MONITOR)
        return
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{name_of(thing)}, {version}: {error.message} at {list(error.path)}")


def pod_templates(things):
    """Yields what makes pods: the object and the template."""
    for thing in things:
        spec = thing.get("spec", {})
        if thing["kind"] == "StatefulSet":
            yield thing, spec["template"]
        elif thing["kind"] == "CronJob":
            yield thing, spec["jobTemplate"]["spec"]["template"]


def containers_of(template):
    spec = template["spec"]
    return spec.get("initContainers", []) + spec["containers"]


def check_restricted(owner, template):
    """The restricted pod security standard, as far as it concerns fields that we set."""
    spec, name = template["spec"], name_of(owner)
    security = spec.get("securityContext", {})
    expect(security.get("runAsNonRoot") is True, f"{name}: runAsNonRoot")
    expect(security.get("seccompProfile", {}).get("type") == "RuntimeDefault", f"{name}: seccomp")
    expect(spec.get("enableServiceLinks") is False, f"{name}: enableServiceLinks")
    expect(spec.get("automountServiceAccountToken") is False, f"{name}: a token is mounted")
    for field in ["hostNetwork", "hostPID", "hostIPC"]:
        expect(field not in spec, f"{name}: {field}")
    for volume in spec.get("volumes", []):
        expect("hostPath" not in volume, f"{name}: hostPath")
    for container in containers_of(template):
        at, own = f"{name}, {container['name']}", container.get("securityContext", {})
        expect(own.get("allowPrivilegeEscalation") is False, f"{at}: allowPrivilegeEscalation")
        expect(own.get("readOnlyRootFilesystem") is True, f"{at}: readOnlyRootFilesystem")
        expect(own.get("capabilities") == {"drop": ["ALL"]}, f"{at}: capabilities")
        resources = container.get("resources", {})
        expect("memory" in resources.get("limits", {}), f"{at}: no limit of memory")
        expect({"cpu", "memory"} <= resources.get("requests", {}).keys(), f"{at}: no requests")


def check_images(owner, template, version):
    for container in containers_of(template):
        image, at = container["image"], f"{name_of(owner)}, {container['name']}"
        found = re.fullmatch(
            r"[^@]+?(?::(?P<tag>[\w.-]+))?(?P<digest>@sha256:[0-9a-f]{64})?", image
        )
        expect(found and (found["tag"] or found["digest"]), f"{at}: {image} has no version")
        expect(found and found["tag"] != "latest", f"{at}: {image} is whatever is latest")
        if is_ours(container) and found and found["tag"]:
            expect(found["tag"] == version, f"{at}: {image} is not version {version}")


def is_ours(container):
    return re.search(r"(^|/)campaign-ledger[:@]", container["image"]) is not None


def check_volumes(owner, template):
    have = {volume["name"] for volume in template["spec"].get("volumes", [])}
    have |= {claim["metadata"]["name"] for claim in owner["spec"].get("volumeClaimTemplates", [])}
    used = set()
    for container in containers_of(template):
        paths = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
        for path in paths:
            within = [other for other in paths if path.startswith(f"{other}/")]
            expect(not within, f"{name_of(owner)}: {path} is mounted within {within}")
        used |= {mount["name"] for mount in container.get("volumeMounts", [])}
    expect(used == have, f"{name_of(owner)}: volumes {have} are mounted as {used}")


def selects(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def check_names(things):
    """Whatever selects something selects something that exists."""
    templates = [template for _, template in pod_templates(things)]
    pods = [template["metadata"]["labels"] for template in templates]
    services = [thing for thing in things if thing["kind"] == "Service"]
    ports = {
        port["name"]
        for template in templates
        for container in containers_of(template)
        for port in container.get("ports", [])
    }
    for thing in things:
        spec, name = thing.get("spec", {}), name_of(thing)
        if thing["kind"] == "Service":
            expect(any(selects(spec["selector"], pod) for pod in pods), f"{name}: selects no pod")
            for port in spec["ports"]:
                expect(port["targetPort"] in ports, f"{name}: no port {port['targetPort']}")
        elif thing["kind"] == "PodDisruptionBudget":
            labels = spec["selector"]["matchLabels"]
            expect(any(selects(labels, pod) for pod in pods), f"{name}: selects no pod")
        elif thing["kind"] == "NetworkPolicy":
            labels = spec["podSelector"]["matchLabels"]
            expect(any(selects(labels, pod) for pod in pods), f"{name}: selects no pod")
        elif thing["kind"] == "StatefulSet":
            names = [service["metadata"]["name"] for service in services]
            expect(spec["serviceName"] in names, f"{name}: no service {spec['serviceName']}")
        elif thing["kind"] == "ServiceMonitor":
            labels = spec["selector"]["matchLabels"]
            found = [s for s in services if selects(labels, s["metadata"]["labels"])]
            expect(len(found) == 1, f"{name}: selects {len(found)} services")
            offered = {port["name"] for service in found for port in service["spec"]["ports"]}
            for endpoint in spec["endpoints"]:
                expect(endpoint["port"] in offered, f"{name}: no port {endpoint['port']}")


def check_references(things, page):
    """A Secret or ConfigMap is rendered, or the page says how to make it."""
    made = {(thing["kind"], thing["metadata"]["name"]) for thing in things}
    for owner, template in pod_templates(things):
        for volume in template["spec"].get("volumes", []):
            for kind, field, key in [
                ("Secret", "secret", "secretName"),
                ("ConfigMap", "configMap", "name"),
                ("PersistentVolumeClaim", "persistentVolumeClaim", "claimName"),
            ]:
                if field not in volume:
                    continue
                name = volume[field][key]
                known = (kind, name) in made or f" {name} " in page
                expect(known, f"{name_of(owner)}: nothing makes {kind}/{name}")


def check_program(things, program):
    """The program understands its arguments and its configuration."""
    for owner, template in pod_templates(things):
        for container in filter(is_ours, containers_of(template)):
            at = f"{name_of(owner)}, {container['name']}"
            expect("command" not in container, f"{at}: the image has its own entry point")
            problems.extend(f"{at}: {slip}" for slip in program.misunderstood(container["args"]))
            for probe in ["startupProbe", "readinessProbe"]:
                if probe in container:
                    command = container[probe]["exec"]["command"][1:]
                    problems.extend(f"{at}: {slip}" for slip in program.misunderstood(command))
    config = next(thing["data"] for thing in things if CONFIG_FILE in thing.get("data", {}))
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(config[CONFIG_FILE])
        file.flush()
        problems.extend(program.refuses_config(Path(file.name)))
    return tomllib.loads(config[CONFIG_FILE])


def check_drain(things, config, default_ms):
    drain_ms = config.get("drain_timeout_ms", default_ms)
    for thing, template in pod_templates(things):
        if thing["kind"] == "StatefulSet":
            grace_ms = template["spec"]["terminationGracePeriodSeconds"] * 1000
            long_enough = grace_ms > drain_ms + LAST_GRACE_MS
            expect(long_enough, f"{name_of(thing)}: killed before the drain of {drain_ms} ms ends")


def main():
    program = Program(sys.argv[1])
    with open("Cargo.toml", "rb") as manifest:
        version = tomllib.load(manifest)["package"]["version"]
    page = Path("docs/deploy.md").read_text()
    default_drain_ms = tomllib.loads(program.default_config())["drain_timeout_ms"]
    for overlay in sorted(KUBERNETES.iterdir()):
        things = rendered(overlay)
        for thing in things:
            check_schema(thing)
        for owner, template in pod_templates(things):
            check_restricted(owner, template)
            check_images(owner, template, version)
            check_volumes(owner, template)
        check_names(things)
        check_references(things, page)
        config = check_program(things, program)
        check_drain(things, config, default_drain_ms)
        print(f"{overlay}: {len(things)} objects")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
