//! Finds the word that was probably meant.

/// The candidate nearest to `text`, if one is near enough.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text: Vec<char> = text.to_lowercase().chars().take(80).collect();
    let limit = (text.len() / 3).clamp(1, 4);
    let distances = candidates.into_iter().map(|candidate| (distance(&text, candidate), candidate));
    distances.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// How many letters have to be put in, taken out, replaced or exchanged with their neighbour.
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        let words = ["gen", "group", "fw", "rssi", "restart"];
        assert_eq!(nearest("rsis", words), Some("rssi"));
        assert_eq!(nearest("fww", words), Some("fw"));
        assert_eq!(nearest("grup", words), Some("group"));
        assert_eq!(nearest("kitchen", words), None);
        assert_eq!(nearest("", words), None);
    }
}
