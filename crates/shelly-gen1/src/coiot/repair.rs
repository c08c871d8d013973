//! Reads JSON that old firmware prints with commas missing or doubled.

use serde_json::Value;

/// Parses `bytes`; on failure once more with commas put in order and control characters made spaces.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    // Some firmware ends the payload with zero bytes.
    let end =
        bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ' | b'\n' | b'\r' | b'\t')).map_or(0, |last| last + 1);
    let bytes = &bytes[..end];
    serde_json::from_slice(bytes)
        .or_else(|error| serde_json::from_str(&in_order(&String::from_utf8_lossy(bytes))).map_err(|_| error))
}

fn in_order(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut in_string, mut escaped) = (false, false);
    // The last character outside of texts that is not a space; a comma is held back until what follows is known.
    let (mut last, mut comma) = (' ', false);
    for c in text.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(if c.is_control() { ' ' } else { c });
            continue;
        }
        match c {
            _ if c.is_whitespace() || c.is_control() => continue,
            ',' => {
                comma = true;
                continue;
            }
            '}' | ']' | ':' => {}
            _ => {
                let after_value = matches!(last, '}' | ']') || (last == '"' && c == '"');
                if after_value || (comma && !matches!(last, '{' | '[' | ' ')) {
                    out.push(',');
                }
            }
        }
        comma = false;
        out.push(c);
        in_string = c == '"';
        last = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commas_are_put_in_order() {
        let broken = r#"{"blk":[{"I":0,"D":"Relay0"}{"I":1,"D":"a,,b}{\""},,],"sen":[{"I":112,"T":"S"},,{"I":1,}]"G":[[0,1,2.5][0,2,-1]]}"#;
        let read = parse(broken.as_bytes()).unwrap();
        assert_eq!(
            read,
            json!({"blk": [{"I": 0, "D": "Relay0"}, {"I": 1, "D": "a,,b}{\""}], "sen": [{"I": 112, "T": "S"}, {"I": 1}],
                "G": [[0, 1, 2.5], [0, 2, -1]]})
        );
    }

    #[test]
    fn whole_json_is_left_alone() {
        assert_eq!(parse(b"{\"a\":[1,\"x\"]}\0\0").unwrap(), json!({"a": [1, "x"]}));
        assert!(parse(b"").is_err());
        assert!(parse(b"<html>").is_err());
    }
}
