//! Prints results: tables for people, JSON for programs.

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::args::Output;

/// Prints text and a line end. A closed pipe is no error.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints text and a line end to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints `value` as JSON, or what `table` makes of it.
pub(crate) fn show<T: Serialize>(output: Output, value: &T, table: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    match output {
        Output::Json => say(&serde_json::to_string_pretty(value)?),
        Output::Table => say(table(value).trim_end()),
    }
    Ok(())
}

/// A table with `head`; rows are added by the caller. Wraps to the terminal, never when piped.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(head.iter().map(|word| word.to_uppercase()));
    let arrangement =
        if std::io::stdout().is_terminal() { ContentArrangement::Dynamic } else { ContentArrangement::Disabled };
    table.set_content_arrangement(arrangement);
    let mut count = 0;
    for row in rows {
        table.add_row(row);
        count += 1;
    }
    if count == 0 { "nothing".to_owned() } else { table.trim_fmt() }
}
