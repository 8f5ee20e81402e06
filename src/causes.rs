//! The text of an error with all its causes, in one line, for log lines and exit messages.

use std::error::Error;

/// Returns the texts of an error and its causes, outermost first.
///
/// A cause is left out if the text before it already ends with it.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the log could not be read")]
    struct Unread(#[source] io::Error);

    #[test]
    fn causes_follow_what_they_caused() {
        let unread = Unread(io::Error::other("the disk is gone"));
        let line = with_causes(&unread);
        assert_eq!(line, "the log could not be read: the disk is gone");
    }
}
