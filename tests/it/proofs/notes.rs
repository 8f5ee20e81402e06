//! Signed notes, checkpoints and cosignatures: the published examples, and random texts.

use campaign_ledger::log::Hash;
use campaign_ledger::proofs::Checkpoint;
use campaign_ledger::proofs::note::{
    Algorithm, Note, Signature, SigningKey, Unverified, VerifierKey,
};
use campaign_ledger::proofs::witness_keys;
use campaign_ledger::verify::kept;
use proptest::prelude::*;

use super::tries;

/// The example of the format's first implementation, golang.org/x/mod/sumdb/note.
const VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg\
                    KvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str, seed: u8) -> SigningKey {
    SigningKey::of_seed(name, Algorithm::Ed25519, &[seed; 32]).unwrap()
}

fn signed(key: &SigningKey, text: &str) -> Note {
    Note {
        text: text.to_owned(),
        signatures: vec![key.sign(text, 0)],
    }
}

#[test]
fn the_published_note_is_read_verified_and_signed_the_same() {
    let key: VerifierKey = VERIFIER.parse().unwrap();
    assert_eq!(key.to_string(), VERIFIER);
    let note: Note = NOTE.parse().unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(note.verify(std::slice::from_ref(&key)), Ok(&key));
    let secret: SigningKey = SECRET.parse().unwrap();
    assert_eq!(secret.public(), &key);
    assert_eq!(secret.expose(), SECRET);
    assert_eq!(signed(&secret, &note.text), note);
    assert!(
        !format!("{secret:?}").contains("AYEKFALVFG"),
        "the seed is not shown"
    );
}

#[test]
fn a_note_is_verified_under_the_keys_that_are_known_and_no_others() {
    let (ours, theirs) = (signer("example.org/log", 1), signer("example.org/log", 2));
    let keys = [ours.public().clone()];
    let note = signed(&ours, "one\n");
    assert!(note.verify(&keys).is_ok());
    assert_eq!(
        signed(&theirs, "one\n").verify(&keys),
        Err(Unverified::OtherKey)
    );
    assert_eq!(
        Note::unsigned("one\n".to_owned()).verify(&keys),
        Err(Unverified::OtherKey)
    );
    let edited = Note {
        text: "two\n".to_owned(),
        ..note.clone()
    };
    assert_eq!(edited.verify(&keys), Err(Unverified::BadSignature));
    // A bad signature under our name is not ignored in favour of a good one.
    let mut both = note.clone();
    both.signatures
        .insert(0, signed(&ours, "two\n").signatures[0].clone());
    assert_eq!(both.verify(&keys), Err(Unverified::BadSignature));
    // Signatures of others beside ours do not matter.
    both.signatures[0] = signed(&theirs, "one\n").signatures[0].clone();
    assert!(both.verify(&keys).is_ok());
}

#[test]
fn a_witness_signs_the_time_too() {
    let witness = SigningKey::of_seed("w.example", Algorithm::CosignatureV1, &[3; 32]).unwrap();
    let line = witness.sign("log\n1\nroot\n", 1_700_000_000).to_string();
    let signature: Signature = line.parse().unwrap();
    let key: VerifierKey = witness.public().to_string().parse().unwrap();
    assert_eq!(key.algorithm(), Algorithm::CosignatureV1);
    assert_eq!(
        key.verify("log\n1\nroot\n", &signature),
        Ok(Some(1_700_000_000))
    );
    assert_eq!(
        key.verify("log\n2\nroot\n", &signature),
        Err(Unverified::BadSignature)
    );
    let later = witness.sign("log\n1\nroot\n", 1_700_000_001);
    assert_ne!(later, signature);
    // The same seed gives another key than as a log's key.
    let plain = SigningKey::of_seed("w.example", Algorithm::Ed25519, &[3; 32]).unwrap();
    assert_eq!(
        plain.public().verify("log\n1\nroot\n", &signature),
        Err(Unverified::OtherKey)
    );
}

#[test]
fn keys_of_other_kinds_or_with_other_ids_are_refused() {
    let refused = |text: &str| text.parse::<VerifierKey>().unwrap_err().to_string();
    assert!(refused("name").contains("name+id+key"));
    assert!(refused("a b+c74f20a3+AR==").contains("spaces"));
    assert!(refused("+c74f20a3+AR==").contains("spaces"));
    assert!(refused("name+c74f20a+AR==").contains("8 hexadecimal"));
    assert!(refused("name+c74f20a3+?").contains("base64"));
    assert!(refused(&VERIFIER.replace("ARpc", "ARpd")).contains("id"));
    assert!(refused(&VERIFIER.replace("PeterN", "PaterN")).contains("id"));
    assert!(refused("name+c74f20a3+AgAA").contains("unknown kind"));
    assert!(SigningKey::of_seed("a+b", Algorithm::Ed25519, &[0; 32]).is_err());
    assert!(VERIFIER.parse::<SigningKey>().is_err());
    let witness = SigningKey::of_seed("w.example", Algorithm::CosignatureV1, &[3; 32]).unwrap();
    let file = format!("# ours\n\n{}\n", witness.public());
    assert_eq!(witness_keys(&file), Ok(vec![witness.public().clone()]));
    assert!(witness_keys("nobody\n").is_err());
    let of_a_log = witness_keys(VERIFIER).unwrap_err();
    assert!(
        of_a_log.to_string().contains("not of a witness"),
        "{of_a_log}"
    );
}

#[test]
fn checkpoints_are_read_as_they_are_written_and_not_otherwise() {
    let root = Hash::of(b"root");
    let checkpoint = Checkpoint::new("example.org/log", 7, root);
    let text = checkpoint.text().to_owned();
    assert_eq!(text.parse(), Ok(checkpoint.clone()));
    assert_eq!(checkpoint.origin(), "example.org/log");
    let extended: Checkpoint = format!("{text}more\n").parse().unwrap();
    assert_eq!((extended.size, extended.root), (7, root));
    assert!(extended.text().ends_with("more\n"));
    for bad in [
        "",
        "\n",
        "example.org/log\n",
        "example.org/log\n7\n",
        text.trim_end(),
        &text.replace("\n7\n", "\n07\n"),
        &text.replace("\n7\n", "\n+7\n"),
        &text.replace("\n7\n", "\n-7\n"),
        &text.replace("\n7\n", "\n18446744073709551616\n"),
        &text.replace("=\n", "\n"),
        &text.replace("example.org/log\n", "\n"),
        &format!("{text}\n"),
    ] {
        assert!(bad.parse::<Checkpoint>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_checkpoint_of_another_log_is_not_ours() {
    let key = signer("example.org/log", 1);
    let other = Checkpoint::new("example.org/other", 1, Hash::of(b"root"));
    let note = signed(&key, other.text()).to_string();
    let error = kept(&note, &[key.public().clone()]).unwrap_err();
    assert!(error.to_string().contains("example.org/other"), "{error}");
}

/// Returns any text; many are almost a note.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("— example.org/log AAAAAAAA".to_owned()),
        Just("example.org/log".to_owned()),
        Just(String::new()),
        Just("7".to_owned()),
        Just("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned()),
        "— [a-z+ ]{0,8} [A-Za-z0-9+/=]{0,24}",
        "[0-9]{1,24}",
        "\\PC{0,40}",
        "[\\x00-\\x7f]{0,40}",
    ];
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

#[test]
fn any_text_is_read_or_refused_and_what_is_read_is_written_the_same() {
    let key = signer("example.org/log", 1);
    let keys = [key.public().clone()];
    tries().run(text(), |text| {
        for text in [text.clone(), format!("{text}\n")] {
            if let Ok(note) = text.parse::<Note>() {
                let written = note.to_string();
                prop_assert_eq!(written.parse(), Ok(note.clone()));
                prop_assert!(note.verify(&keys).is_err());
            }
            if let Ok(checkpoint) = text.parse::<Checkpoint>() {
                prop_assert_eq!(checkpoint.text(), &text);
            }
            prop_assert!(kept(&text, &keys).is_err());
            let _ = text.parse::<VerifierKey>();
            let _ = text.parse::<SigningKey>();
            if let Ok(signature) = text.parse::<Signature>() {
                prop_assert_eq!(signature.to_string().parse(), Ok(signature));
            }
        }
        // A note that we sign is read back.
        let signed = signed(&key, &format!("{text}\n"));
        if let Ok(read) = signed.to_string().parse::<Note>() {
            prop_assert_eq!(read.verify(&keys), Ok(&keys[0]));
        }
        Ok(())
    });
}

#[test]
fn any_bytes_as_a_signature_are_refused() {
    let key = signer("example.org/log", 1);
    let good = signed(&key, "text\n");
    tries().run((any::<prop::sample::Index>(), 1_u8..), |(at, change)| {
        let line = good.signatures[0].to_string();
        let mut bytes = line.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let Ok(text) = String::from_utf8(bytes) else {
            return Ok(());
        };
        let Ok(changed) = text.parse::<Signature>() else {
            return Ok(());
        };
        prop_assert!(changed != good.signatures[0]);
        prop_assert!(key.public().verify("text\n", &changed).is_err());
        Ok(())
    });
}
