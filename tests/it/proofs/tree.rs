//! The tree: known answers, its recursive definition, and proofs that another implementation
//! verifies.

use std::convert::Infallible;

use campaign_ledger::domain::rows::MemoryRows;
use campaign_ledger::log::Hash;
use campaign_ledger::proofs::{Frontier, TreeError, append, node, tree};
use proptest::prelude::*;

use super::{bytes, extends, includes, tries};

/// The leaves of the tests of certificate-transparency, the origin of RFC 6962.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The published roots over the first one to eight of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn from_hex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Folds leaves as appends do: in parts of these sizes, repeatedly.
fn folded(leaves: &[Vec<u8>], parts: &[usize]) -> MemoryRows {
    let mut rows = MemoryRows::new();
    let (mut size, mut left) = (0, leaves);
    for part in parts.iter().cycle() {
        if left.is_empty() {
            return rows;
        }
        let (now, later) = left.split_at((*part).min(left.len()));
        let hashes: Vec<Hash> = now.iter().map(|leaf| tree::leaf_hash(leaf)).collect();
        let Ok(()) = append(&mut rows, size, &hashes);
        (size, left) = (size + now.len() as u64, later);
    }
    rows
}

fn root(rows: &MemoryRows, size: u64) -> Result<Hash, TreeError<Infallible>> {
    tree::root(&|level, index| node(rows, level, index), size)
}

/// `MTH` exactly as RFC 6962 defines it.
fn mth(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [leaf] => Hash::of(&[&[0], leaf.as_slice()].concat()),
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = leaves.split_at(split);
            let (left, right) = (mth(left), mth(right));
            Hash::of(&[&[1], left.as_bytes().as_slice(), right.as_bytes()].concat())
        }
    }
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| format!("leaf {number}").into_bytes())
        .collect()
}

#[test]
fn known_leaves_have_the_known_roots() {
    let leaves = LEAVES.map(from_hex);
    for size in 1..=8 {
        let rows = folded(&leaves[..size], &[1]);
        let root = root(&rows, size as u64).unwrap();
        assert_eq!(root.to_string(), ROOTS[size - 1], "{size} leaves");
        assert_eq!(mth(&leaves[..size]), root);
    }
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(tree::empty_root().to_string(), empty);
    assert_eq!(root(&MemoryRows::new(), 0).unwrap(), tree::empty_root());
}

#[test]
fn known_paths_are_found() {
    // From the same tests: leaf and tree counted from one, then the path.
    let leaves = LEAVES.map(from_hex);
    let rows = folded(&leaves, &[8]);
    let nodes = |level, index| node(&rows, level, index);
    let path = |leaf: u64, size| {
        let path = tree::inclusion(&nodes, leaf - 1, size).unwrap();
        path.iter().map(Hash::to_string).collect::<Vec<_>>()
    };
    assert_eq!(path(1, 1), Vec::<String>::new());
    let first_of_eight = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(path(1, 8), first_of_eight);
    let sixth_of_eight = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path(6, 8), sixth_of_eight);
    let second_of_five = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ];
    assert_eq!(path(2, 5), second_of_five);
}

#[test]
fn any_tree_has_the_root_of_its_definition_and_proofs_that_hold() {
    let cases = (0_usize..600, prop::collection::vec(1_usize..300, 1..6));
    tries().run(
        (
            cases,
            any::<prop::sample::Index>(),
            any::<prop::sample::Index>(),
        ),
        |drawn| {
            let ((count, parts), first, second) = drawn;
            let leaves = leaves(count);
            let rows = folded(&leaves, &parts);
            let size = count as u64;
            let whole = root(&rows, size).unwrap();
            prop_assert_eq!(whole, mth(&leaves));
            let mut frontier = Frontier::default();
            leaves
                .iter()
                .for_each(|leaf| frontier.push(tree::leaf_hash(leaf)));
            prop_assert_eq!((frontier.size(), frontier.root()), (size, whole));
            if count == 0 {
                return Ok(());
            }
            let nodes = |level, index| node(&rows, level, index);
            let (index, from) = (first.index(count), second.index(count) + 1);
            let path = bytes(&tree::inclusion(&nodes, index as u64, size).unwrap());
            let (root_bytes, position) = (whole.as_bytes(), index as u64 + 1);
            prop_assert!(includes(root_bytes, size, position, &leaves[index], &path));
            prop_assert!(!includes(root_bytes, size, position, b"another", &path));
            let old = root(&rows, from as u64).unwrap();
            prop_assert_eq!(old, mth(&leaves[..from]));
            let proof = bytes(&tree::consistency(&nodes, from as u64, size).unwrap());
            prop_assert!(extends(
                (old.as_bytes(), from as u64),
                (root_bytes, size),
                &proof
            ));
            if from != count {
                let other = Hash::of(b"another");
                prop_assert!(!extends(
                    (other.as_bytes(), from as u64),
                    (root_bytes, size),
                    &proof
                ));
            }
            Ok(())
        },
    );
}

#[test]
fn trees_end_well_where_tiles_do() {
    let leaves = leaves(65_537);
    let rows = folded(&leaves, &[1_000]);
    let nodes = |level, index| node(&rows, level, index);
    for size in [255, 256, 257, 511, 512, 65_535, 65_536, 65_537] {
        let whole = root(&rows, size).unwrap();
        assert_eq!(whole, mth(&leaves[..size as usize]), "{size}");
        for index in [0, 1, 254, size / 2, size - 1] {
            let path = bytes(&tree::inclusion(&nodes, index, size).unwrap());
            let leaf = &leaves[index as usize];
            assert!(includes(whole.as_bytes(), size, index + 1, leaf, &path));
        }
        for from in [1, 128, 255, size - 1, size] {
            let old = mth(&leaves[..from as usize]);
            let proof = bytes(&tree::consistency(&nodes, from, size).unwrap());
            assert!(extends(
                (old.as_bytes(), from),
                (whole.as_bytes(), size),
                &proof
            ));
        }
    }
    assert!(matches!(nodes(0, 65_537), Err(TreeError::Missing { .. })));
    assert!(matches!(nodes(17, 0), Err(TreeError::Missing { .. })));
}
