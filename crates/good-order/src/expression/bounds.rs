//! What an expression may be, so that it ends soon on every device: short, not deep, and no walk within a walk.

use std::collections::BTreeSet;

use capability_config::{SettingPath, SettingSelector, facts};
use cel::{
    ParseErrors, Program,
    common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue},
};

use super::{ExpressionError, Reads, document};

/// Greatest length in bytes.
const MAX_LENGTH: usize = 1000;

/// Greatest number of brackets open at once.
const MAX_DEPTH: usize = 24;

/// Greatest number of walks through a list or map.
const MAX_WALKS: usize = 4;

/// Functions that may make much out of little, or tell nothing of use here.
const FORBIDDEN: &[&str] = &["bytes", "dyn"];

/// Looks at the text before the parser does, which would follow every bracket down.
pub(super) fn check_text(text: &str) -> Result<(), ExpressionError> {
    if text.trim().is_empty() {
        return Err(at_byte(text, 0, "an expression is expected"));
    }
    if text.len() > MAX_LENGTH {
        return Err(at_byte(text, MAX_LENGTH, format!("it is longer than {MAX_LENGTH} bytes")));
    }
    let mut depth = 0_usize;
    for (place, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(at_byte(text, place, format!("more than {MAX_DEPTH} brackets are open at once")));
        }
    }
    let signs = text.split(|c| c != '!' && c != '-').map(str::len).max().unwrap_or(0);
    if signs > MAX_DEPTH {
        return Err(at_byte(text, 0, format!("more than {MAX_DEPTH} signs follow each other")));
    }
    Ok(())
}

/// The first thing that the parser did not understand.
pub(super) fn of_parser(text: &str, errors: &ParseErrors) -> ExpressionError {
    let first = errors.errors.iter().min_by_key(|error| error.pos);
    let Some(first) = first else { return at_byte(text, 0, "it cannot be understood") };
    let number = |position: isize| u32::try_from(position).unwrap_or(0).max(1);
    let what = first.msg.lines().next().unwrap_or_default().chars().take(200).collect();
    ExpressionError { line: number(first.pos.0), column: number(first.pos.1), what }
}

/// Checks what was understood, and tells which settings it reads.
pub(super) fn check_program(text: &str, program: &Program) -> Result<Reads, ExpressionError> {
    let mut check = Check { text, program, paths: BTreeSet::new(), everything: false, walks: 0 };
    check.visit(program.expression(), &mut Vec::new(), false)?;
    Ok(if check.everything { Reads::Everything } else { Reads::Paths(check.paths) })
}

/// An operator as it is written.
pub(super) fn sign(function: &str) -> &str {
    function.trim_matches(|c| c == '_' || c == '@')
}

struct Check<'a> {
    text: &'a str,
    program: &'a Program,
    paths: BTreeSet<String>,
    everything: bool,
    walks: usize,
}

impl Check<'_> {
    /// `bound` are the names that walks have introduced.
    fn visit(&mut self, node: &IdedExpr, bound: &mut Vec<String>, in_walk: bool) -> Result<(), ExpressionError> {
        match &node.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(node, name, bound),
            Expr::Select(select) => self.visit(&select.operand, bound, in_walk),
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.visit(element, bound, in_walk)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.visit(&entry.key, bound, in_walk)?;
                    self.visit(&entry.value, bound, in_walk)
                }
                EntryExpr::StructField(field) => self.visit(&field.value, bound, in_walk),
            }),
            Expr::Struct(_) => Err(self.at(node, "objects cannot be made here")),
            Expr::Call(call) => {
                if FORBIDDEN.contains(&call.func_name.as_str()) {
                    return Err(self.at(node, format!("`{}` is not for use here", call.func_name)));
                }
                if self.literal_setting(call.func_name.as_str(), &call.args)? {
                    return Ok(());
                }
                let parts = call.target.iter().map(AsRef::as_ref).chain(&call.args);
                parts.into_iter().try_for_each(|part| self.visit(part, bound, in_walk))
            }
            Expr::Comprehension(walk) => {
                self.walks += 1;
                if in_walk {
                    return Err(self.at(&walk.iter_range, "a walk through a list within another walk is too slow"));
                }
                if self.walks > MAX_WALKS {
                    return Err(self.at(&walk.iter_range, format!("more than {MAX_WALKS} walks through lists")));
                }
                self.visit(&walk.iter_range, bound, false)?;
                let before = bound.len();
                bound.extend([walk.iter_var.clone(), walk.accu_var.clone()]);
                bound.extend(walk.iter_var2.clone());
                for part in [&walk.accu_init, &walk.loop_cond, &walk.loop_step, &walk.result] {
                    self.visit(part, bound, true)?;
                }
                bound.truncate(before);
                Ok(())
            }
        }
    }

    fn name(&mut self, node: &IdedExpr, name: &str, bound: &[String]) -> Result<(), ExpressionError> {
        if bound.iter().any(|known| known == name) {
            return Ok(());
        }
        if name == document::SETTINGS {
            self.everything = true;
            return Ok(());
        }
        if document::NAMES.contains(&name) {
            return Ok(());
        }
        let known = document::NAMES.join("`, `");
        Err(self.at(node, format!("`{name}` does not exist; there are `{known}`")))
    }

    /// `settings["wifi.ap.enable"]` and `"wifi.ap.enable" in settings` read one setting, which has to exist.
    fn literal_setting(&mut self, function: &str, arguments: &[IdedExpr]) -> Result<bool, ExpressionError> {
        let (("_[_]", [of, key]) | ("@in" | "_in_", [key, of])) = (function, arguments) else {
            return Ok(false);
        };
        let (Expr::Ident(name), Expr::Literal(LiteralValue::String(path))) = (&of.expr, &key.expr) else {
            return Ok(false);
        };
        if name != document::SETTINGS {
            return Ok(false);
        }
        let path = path.inner();
        let parsed: SettingPath = path.parse().map_err(|error| self.at(key, format!("{error}")))?;
        let selector = SettingSelector::from(&parsed);
        if facts(selector.kind(), selector.field()).is_none() {
            return Err(self.at(key, format!("there is no setting `{path}`")));
        }
        self.paths.insert(path.to_owned());
        Ok(true)
    }

    fn at(&self, node: &IdedExpr, what: impl Into<String>) -> ExpressionError {
        let start = self.program.source_info().offset_for(node.id).map_or(0, |(start, _)| start as usize);
        at_byte(self.text, start, what)
    }
}

fn at_byte(text: &str, byte: usize, what: impl Into<String>) -> ExpressionError {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    ExpressionError { line: count(line + 1), column: count(column + 1), what: what.into() }
}
