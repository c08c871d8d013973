//! Tags that people give to devices.

use std::collections::BTreeSet;

use crate::Error;

/// Tags that a device may carry.
const MAX_TAGS: usize = 50;
const MAX_LENGTH: usize = 64;

/// The tags after some are added and some taken away: in lower case, in order, each once.
pub(crate) fn changed(tags: Vec<String>, add: &[String], remove: &[String]) -> Result<Vec<String>, Error> {
    let mut tags: BTreeSet<String> = tags.into_iter().collect();
    for tag in remove {
        tags.remove(&tag.trim().to_lowercase());
    }
    for tag in add {
        tags.insert(checked(tag)?);
    }
    if tags.len() > MAX_TAGS {
        return Err(Error::invalid(format!("a device carries at most {MAX_TAGS} tags")));
    }
    Ok(tags.into_iter().collect())
}

fn checked(tag: &str) -> Result<String, Error> {
    let tag = tag.trim().to_lowercase();
    if tag.is_empty() || tag.chars().count() > MAX_LENGTH || tag.chars().any(char::is_control) {
        return Err(Error::invalid(format!("a tag has 1 to {MAX_LENGTH} characters, no line breaks")));
    }
    Ok(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_tags_are_a_set_in_lower_case() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let tags = changed(words(&["bath"]), &words(&[" Kitchen ", "kitchen"]), &words(&["BATH"])).unwrap();
        assert_eq!(tags, ["kitchen"]);
        assert!(changed(Vec::new(), &words(&["  "]), &[]).is_err());
        assert!(changed(Vec::new(), &words(&["a\nb"]), &[]).is_err());
        let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        assert!(changed(Vec::new(), &many, &[]).is_err());
    }
}
