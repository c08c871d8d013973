//! Looks at any text file: line ends and forgotten notes.

/// The endings of files that are read as text.
const TEXT: [&str; 18] = [
    "css", "html", "js", "json", "lock", "md", "mjs", "out", "proto", "py", "rs", "sh", "sql", "toml", "ts", "tsx",
    "txt", "yml",
];

/// The marks of unfinished work. Split, so that this file does not find itself.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Whether a file with this ending is text.
pub(crate) fn is_text(extension: &str) -> bool {
    TEXT.contains(&extension)
}

/// Whether a file with this ending holds code, where marks of unfinished work count.
pub(crate) fn is_code(extension: &str) -> bool {
    ["css", "js", "mjs", "rs", "sql", "ts", "tsx"].contains(&extension)
}

/// What is wrong with the line ends.
pub(crate) fn line_ends(text: &str) -> Option<&'static str> {
    if text.contains('\r') {
        Some("has carriage returns; lines end in LF alone")
    } else if !text.is_empty() && !text.ends_with('\n') {
        Some("does not end with a line end")
    } else {
        None
    }
}

/// The numbers of the lines with a mark of unfinished work that names no issue, as `(#12)` would.
pub(crate) fn bare_marks(text: &str) -> Vec<usize> {
    let is_bare = |line: &str| MARKS.iter().any(|mark| line.split(mark).skip(1).any(|rest| !names_issue(rest)));
    text.lines().enumerate().filter(|(_, line)| is_bare(line)).map(|(index, _)| index + 1).collect()
}

fn names_issue(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '(', ':']);
    rest.strip_prefix('#').is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_lf() {
        assert_eq!(line_ends("a\nb\n"), None);
        assert_eq!(line_ends(""), None);
        assert!(line_ends("a\r\nb\n").is_some());
        assert!(line_ends("a").is_some());
    }

    #[test]
    fn unfinished_work_needs_an_issue() {
        let text = format!("ok\n// {0}: later\n// {0}(#12): later\n// {1} #3\n", MARKS[0], MARKS[1]);
        assert_eq!(bare_marks(&text), [2]);
    }
}
