"""Writes the bill of materials of a binary, as CycloneDX: `python sbom.py BINARY FILE [FEATURES]`.

Lists the crates that are linked into the binary, from what cargo resolves for this machine: neither
tools of the build nor those of the tests. The same binary gives the same bytes.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, XsUri
from cyclonedx.model import ExternalReference, ExternalReferenceType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def asked(command, features):
    command = ["cargo", *command, "--locked", *(["--features", features] if features else [])]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def linked(features):
    """Names and versions of the crates that are linked. A macro runs in the compiler, and is none."""
    command = ["tree", "--edges=normal,no-proc-macro", "--prefix=none", "--format={p}"]
    lines = asked(command, features).splitlines()
    return {(words[0], words[1].removeprefix("v")) for words in map(str.split, lines) if words}


def is_linked(link, packages):
    return link["pkg"] in packages and any(kind["kind"] is None for kind in link["dep_kinds"])


def checksums():
    with open("Cargo.lock", "rb") as lock:
        crates = tomllib.load(lock)["package"]
    return {(crate["name"], crate["version"]): crate.get("checksum") for crate in crates}


def component(package, checksum, kind=ComponentType.LIBRARY):
    url = PackageURL("cargo", None, package["name"], package["version"])
    made = Component(
        type=kind,
        name=package["name"],
        version=package["version"],
        description=(package["description"] or "").strip() or None,
        purl=url,
        bom_ref=url.to_string(),
    )
    if package["license"]:
        # Older crates write MIT/Apache-2.0.
        made.licenses.add(LicenseExpression(package["license"].replace("/", " OR ")))
    if checksum:
        made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=checksum))
    if package["repository"]:
        reference = XsUri(package["repository"])
        made.external_references.add(
            ExternalReference(type=ExternalReferenceType.VCS, url=reference)
        )
    return made


def main():
    binary, out = Path(sys.argv[1]), Path(sys.argv[2])
    features = sys.argv[3] if len(sys.argv) > 3 else ""
    about = json.loads(asked(["metadata", "--format-version=1"], features))
    inside = linked(features)
    packages = {
        package["id"]: package
        for package in about["packages"]
        if (package["name"], package["version"]) in inside
    }
    root, known = about["resolve"]["root"], checksums()
    graph = {
        node["id"]: [link["pkg"] for link in node["deps"] if is_linked(link, packages)]
        for node in about["resolve"]["nodes"]
        if node["id"] in packages
    }
    digest = hashlib.sha256(binary.read_bytes()).hexdigest()

    components = {}
    for crate in graph:
        package = packages[crate]
        checksum = known.get((package["name"], package["version"]))
        if crate == root:
            components[crate] = component(package, digest, ComponentType.APPLICATION)
        else:
            components[crate] = component(package, checksum)

    bom = Bom(components=[made for crate, made in components.items() if crate != root])
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{digest}")
    bom.metadata.component = components[root]
    for crate, links in graph.items():
        depends = [Dependency(components[link].bom_ref) for link in links]
        bom.dependencies.add(Dependency(components[crate].bom_ref, dependencies=depends))
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    # The time would make every bill another one.
    told["metadata"].pop("timestamp", None)
    text = json.dumps(told, indent=1, sort_keys=True) + "\n"
    refused = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if refused:
        sys.exit(f"the bill of materials is invalid: {refused}")
    out.write_text(text)


if __name__ == "__main__":
    main()
