//! Source files of the crate, as tokens: what a rule about code looks at, without comments and texts.

use std::fs;
use std::path::{Path, PathBuf};

/// A file, below the root of the project.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A word or a sign, and its line.
#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Token {
    pub fn is_word(&self) -> bool {
        self.text
            .starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// Reads all sources below a folder, in the order of their paths.
pub fn sources(below: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join(below), &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "the sources are there");
    let below_root = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
    let read = |path| Source {
        path: below_root(&path),
        text: fs::read_to_string(&path).unwrap(),
    };
    paths.into_iter().map(read).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Splits a source into tokens. Comments, texts and characters are left out, and so are items that
/// only tests have.
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(&all_tokens(text))
}

fn all_tokens(text: &str) -> Vec<Token> {
    let (mut rest, mut line, mut tokens) = (text, 1, Vec::new());
    while let Some(first) = rest.chars().next() {
        let (length, is_code) = match skipped(rest) {
            Some(length) => (length, false),
            None if is_part_of_word(first) => (word(rest), true),
            None if rest.starts_with("::") => (2, true),
            None => (first.len_utf8(), !first.is_whitespace()),
        };
        let (token, behind) = rest.split_at(length);
        if is_code {
            let text = token.to_owned();
            tokens.push(Token { text, line });
        }
        line += token.matches('\n').count();
        rest = behind;
    }
    tokens
}

fn is_part_of_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn word(text: &str) -> usize {
    text.find(|char| !is_part_of_word(char))
        .unwrap_or(text.len())
}

/// Measures the comment, text, character or lifetime that begins here.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let after_prefix = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - after_prefix.len();
    if prefix <= 1 {
        if after_prefix.starts_with('"') {
            return Some(prefix + quoted(after_prefix, '"'));
        }
        let hashes = after_prefix
            .strip_prefix('r')
            .map(|raw| raw.len() - raw.trim_start_matches('#').len());
        if let Some(hashes) = hashes
            && after_prefix[1 + hashes..].starts_with('"')
        {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = prefix + 2 + hashes;
            return Some(begin + rest[begin..].find(&end).unwrap() + end.len());
        }
    }
    let quote = rest.strip_prefix('\'')?;
    let is_lifetime = quote.starts_with(is_part_of_word) && !quote[word(quote)..].starts_with('\'');
    Some(if is_lifetime {
        1 + word(quote)
    } else {
        quoted(rest, '\'')
    })
}

fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        if is_escaped || char == '\\' {
            is_escaped = !is_escaped;
        } else if char == quote {
            return at + 1;
        }
    }
    text.len()
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let of_tests = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let begins = tokens[at..].iter().map(|token| token.text.as_str());
        if begins.take(of_tests.len()).eq(of_tests) {
            at = end_of_item(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Finds where the item that begins here ends: behind its braces, or behind its semicolon.
fn end_of_item(tokens: &[Token], begin: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(begin) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[test]
fn only_code_is_read() {
    let text = r##"
        fn a<'x>(b: &'x str) { // no::comment
            let c = ("no::text \" {", 'd', '\'', br#"no::raw""#, b"no");
        }
        #[cfg(test)]
        mod tests { use no::test; }
        #[cfg(test)]
        mod more;
        e::f()
    "##;
    let words: Vec<_> = tokens(text).into_iter().filter(Token::is_word).collect();
    let words: Vec<_> = words
        .iter()
        .map(|word| (word.text.as_str(), word.line))
        .collect();
    let expected = [
        ("fn", 2),
        ("a", 2),
        ("b", 2),
        ("str", 2),
        ("let", 3),
        ("c", 3),
        ("e", 9),
        ("f", 9),
    ];
    assert_eq!(words, expected);
}
