"""Verifies the proofs of a running, empty ledger: `python check_proofs.py 127.0.0.1:50051`.

Trusts nothing of the ledger's own code: the trees are those of pymerkle, built from the bytes that
ReadEvents sends, and the signatures are verified by cryptography. Grows the log to awkward sizes.
"""

import base64
import hashlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from ledger import PACKAGE, Ledger
from pymerkle import InclusionProof, InmemoryTree, InvalidProof, verify_inclusion

SIZES = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 255, 256, 257, 999, 1000, 1001]
CONTEXT = {"actor": {"kind": "ACTOR_KIND_BRAND", "id": "auditor"}}


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    """Splits a message into the numbers and values of its fields, as they lie in it."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        yield key >> 3, value


def stored(ledger, after):
    """Reads the stored bytes of the events after a position, without decoding them."""
    read = ledger.channel.unary_stream(f"/{PACKAGE}.AuditService/ReadEvents")
    # scope { all {} }, after_position
    request = bytes([0x0A, 2, 0x1A, 0]) + (b"\x10" + encoded(after) if after else b"")
    for message in read(request, timeout=30):
        for batch in (value for number, value in fields(message) if number == 1):
            yield from (value for number, value in fields(batch) if number == 1)


def encoded(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def grow(ledger, size, to):
    """Adds events, one for each profile."""
    for begin in range(size, to, 500):
        profiles = [
            {
                "creator_id": f"c-{number}",
                "profile": {"display_name": f"Creator {number}"},
            }
            for number in range(begin, min(begin + 500, to))
        ]
        request = {"brand_id": "proofs", "context": CONTEXT, "profiles": profiles}
        answer = ledger.call("CreatorService/BatchRecordCreatorProfiles", request)
        errors = [result for result in answer["results"] if "written" not in result]
        assert not errors, errors[:1]


def verified(text, vkey):
    """Verifies a signed note by its key; returns the lines of its text."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1, "an Ed25519 key"
    identity = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    assert identity.hex() == key_id, vkey
    signed, signatures = text[: text.rindex("\n\n") + 1], text[text.rindex("\n\n") + 2 :]
    ours = [line.split(" ") for line in signatures.splitlines()]
    ours = [base64.b64decode(line[2]) for line in ours if line[:2] == ["—", name]]
    ours = [signature[4:] for signature in ours if signature[:4] == identity]
    assert len(ours) == 1, text
    public = Ed25519PublicKey.from_public_bytes(key[1:])
    public.verify(ours[0], signed.encode())
    try:
        public.verify(ours[0], signed.encode() + b" ")
        raise AssertionError("any text is signed")
    except InvalidSignature:
        return signed.splitlines()


def pair(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_consistent(first, second, first_root, second_root, path):
    """RFC 9162, 2.1.4.2, to the letter. The roots are pymerkle's."""
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = pair(c, fr), pair(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = pair(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


def root(tree, size):
    return tree.get_root(size) if size else hashlib.sha256(b"").digest()


def check_inclusion(ledger, tree, position, size, vkey):
    request = {"position": str(position), "tree_size": str(size)}
    answer = ledger.call("AuditService/GetInclusionProof", request)
    path = [base64.b64decode(one) for one in answer["proof"]["hashes"]]
    leaf = tree.get_leaf(position)
    assert base64.b64decode(answer["proof"]["leafHash"]) == leaf, position
    rule = tree.prove_inclusion(position, size).rule
    proof = InclusionProof("sha256", True, size, position, rule, [leaf] + path)
    verify_inclusion(leaf, root(tree, size), proof, index=position, size=size)
    assert verified(answer["checkpoint"], vkey)[1] == str(size)
    try:
        verify_inclusion(tree.get_leaf(position), hashlib.sha256(b"other").digest(), proof)
        raise AssertionError("any root will do")
    except InvalidProof:
        pass


def check_consistency(ledger, tree, first, second):
    request = {"from_size": str(first), "to_size": str(second)}
    answer = ledger.call("AuditService/GetConsistencyProof", request)
    path = [base64.b64decode(one) for one in answer["hashes"]]
    if first == 0:
        assert not path
        return
    old, new = root(tree, first), root(tree, second)
    assert is_consistent(first, second, old, new, path), (first, second)
    if first < second:
        assert not is_consistent(first, second, hashlib.sha256(old).digest(), new, path)


def awkward(size):
    """Sizes up to one, and around each power of two."""
    near = {size, size - 1, *SIZES}
    near |= {(1 << bit) + by for bit in range(11) for by in (-1, 0, 1)}
    return sorted(one for one in near if 0 <= one <= size)


def main():
    ledger = Ledger(sys.argv[1])
    [key] = ledger.call("AuditService/ListKeys")["keys"]
    vkey = key["verifierKey"]
    tree, count = InmemoryTree(algorithm="sha256"), 0
    for size in SIZES:
        before = tree.get_size()
        assert before == int(ledger.call("AuditService/GetHead")["position"]), "a log of its own"
        grow(ledger, before, size)
        for record in stored(ledger, before):
            tree.append_entry(record)
        assert tree.get_size() == size, (tree.get_size(), size)
        signed = ledger.call("AuditService/GetCheckpoint")
        origin, length, digest = verified(signed["checkpoint"], vkey)
        assert origin == vkey.split("+")[0] and length == str(size), signed
        assert base64.b64decode(digest) == root(tree, size), size
        for position in awkward(size):
            if position:
                check_inclusion(ledger, tree, position, size, vkey)
                count += 1
            check_consistency(ledger, tree, position, size)
            count += 1
    print(f"proofs: {count} proofs of {len(SIZES)} trees verified")


if __name__ == "__main__":
    main()
