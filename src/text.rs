//! Text of users, made safe to show: a terminal obeys control characters, characters that change
//! the text direction mislead a reader, and a spreadsheet runs a cell that begins like a formula.
//!
//! Owns the list of these characters, the rules for texts of one and of many lines, and the
//! escaping of texts that hold such characters anyway. Does not know fields or files.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// States what a text of one line may hold.
pub const LINE_RULE: &str = "must have no control characters or line breaks, and no characters that \
                             change the direction of text";
/// States what a text of many lines may hold.
pub const NOTE_RULE: &str = "must have no control characters but line breaks and tabs, and no \
                             characters that change the direction of text";

/// Returns whether a text has one line and nothing hidden, as names and titles must.
pub fn is_line(text: &str) -> bool {
    !text.chars().any(is_hidden)
}

/// Returns whether a text has nothing hidden but line breaks and tabs, as notes must.
pub fn is_note(text: &str) -> bool {
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let is_break = char == '\n' || char == '\r' && chars.peek() == Some(&'\n');
        if is_hidden(char) && char != '\t' && !is_break {
            return false;
        }
    }
    true
}

/// Returns a text with hidden characters escaped, such as `\u001b`. Characters in `except` stay.
///
/// All hidden characters have four hexadecimal digits, so an escaped JSON text keeps its meaning.
///
/// ```
/// use campaign_ledger::text::escaped;
/// assert_eq!(escaped("Ayu\u{202e}\u{1b}[31m", ""), "Ayu\\u202e\\u001b[31m");
/// assert_eq!(escaped("one\ntwo", "\n"), "one\ntwo");
/// ```
pub fn escaped<'a>(text: &'a str, except: &str) -> Cow<'a, str> {
    let stays = |char: char| !is_hidden(char) || except.contains(char);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match stays(char) {
            true => shown.push(char),
            false => write!(shown, "\\u{:04x}", u32::from(char)).expect("a string takes any text"),
        }
    }
    Cow::Owned(shown)
}

/// Makes a table cell that is safe in spreadsheets and terminals.
///
/// Puts an apostrophe before a cell that begins with `=`, `+`, `-`, `@` or a tab. Also puts one
/// before these characters after `;` or a tab, where some spreadsheets begin another cell. Numbers
/// and exact fractions stay as they are.
///
/// ```
/// use campaign_ledger::text::cell;
/// assert_eq!(cell("=1+1"), "'=1+1");
/// assert_eq!(cell("-1500"), "-1500");
/// assert_eq!(cell("-1/3"), "-1/3");
/// assert_eq!(cell("see;=1+1"), "see;'=1+1");
/// ```
pub fn cell(text: &str) -> Cow<'_, str> {
    let text = escaped(text, "\t\n");
    let is_harmless = !text.contains(RUNS) && !text.contains('\t');
    if is_harmless || is_number(&text) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 2);
    let mut begins = true;
    for char in text.chars() {
        if begins && (RUNS.contains(&char) || char == '\t') {
            shown.push('\'');
        }
        shown.push(char);
        begins = matches!(char, ';' | '\t');
    }
    Cow::Owned(shown)
}

/// A writer for a terminal or a log. It escapes hidden characters except line breaks and tabs.
///
/// A character must not be split between two writes. `write!` and log lines never split one.
#[derive(Debug)]
pub struct Plain<W> {
    to: W,
    except: &'static str,
}

impl<W: io::Write> Plain<W> {
    /// Writes to `to`.
    pub fn to(to: W) -> Self {
        let except = "\n\t";
        Self { to, except }
    }

    /// Writes to `to` and passes colour sequences. The caller must escape all other text.
    pub fn in_colour(to: W) -> Self {
        let except = "\n\t\u{1b}";
        Self { to, except }
    }
}

impl<W: io::Write> io::Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.to.write_all(escaped(&text, self.except).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The first characters of formulas, also in full width.
const RUNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Returns whether a text is a sign, digits, and at most one point or fraction bar between digits.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.splitn(2, ['.', '/']);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.all(is_digits)
}

/// Returns whether a character is hidden: control characters, line separators, and characters that
/// change the direction or the shape of the text around them. Joiners are not hidden: many scripts
/// and emoji need them.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: [&str; 12] = [
        "\0",
        "\u{7}",
        "\u{1b}[2J",
        "\r",
        "\u{7f}",
        "\u{85}",
        "\u{9b}2J",
        "\u{61c}",
        "\u{200f}",
        "\u{2028}",
        "\u{202e}",
        "\u{2066}",
    ];

    #[test]
    fn what_is_hidden_is_in_no_line_and_no_note() {
        for hidden in HIDDEN {
            let text = format!("Kopi{hidden}Senja");
            assert!(!is_line(&text) && !is_note(&text), "{text:?}");
            assert!(is_line(&escaped(&text, "\n\t")), "{text:?}");
        }
        for broken in ["one\ntwo", "a\tb", "one\r\ntwo"] {
            assert!(!is_line(broken) && is_note(broken), "{broken:?}");
        }
    }

    #[test]
    fn scripts_and_emoji_are_lines() {
        for text in [
            "Kopi Senja",
            "أيو كوسوما",
            "می‌خواهم",
            "נעמי",
            "क्‍ष",
            "👩‍👩‍👧",
            "é e\u{301}",
            "",
        ] {
            assert!(is_line(text) && is_note(text), "{text:?}");
            assert_eq!(escaped(text, ""), text);
        }
    }

    #[test]
    fn what_is_escaped_in_json_says_the_same() {
        let text: String = HIDDEN.concat() + "\"\\ü👩";
        let json = serde_json::to_string(&text).unwrap();
        let shown = escaped(&json, "");
        assert!(is_line(&shown));
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    #[test]
    fn cells_that_would_run_do_not() {
        for text in [
            "=1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "-",
            "\t=1",
            "＝1",
            "--1",
            "+62 8",
        ] {
            assert_eq!(
                cell(text),
                format!("'{}", text.replace('\t', "\t'")),
                "{text:?}"
            );
        }
        assert_eq!(cell("\r=1"), "\\u000d=1");
        assert_eq!(cell("a;-b\t@c"), "a;'-b\t'@c");
    }

    #[test]
    fn numbers_and_words_stay_as_they_are() {
        for text in [
            "",
            "0",
            "-1",
            "+5",
            "-0.25",
            "-12/7",
            "2026-03-01",
            "a-b",
            "a=b",
            "sari-kulit",
            "{\"a\":-1}",
        ] {
            assert_eq!(cell(text), text);
        }
        for text in ["-1.", "-.5", "-1/2/3", "-1e5"] {
            assert_ne!(cell(text), text);
        }
    }
}
