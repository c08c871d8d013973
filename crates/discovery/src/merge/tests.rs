//! Whatever changes is named, so that nobody has to look at everything.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::Source;

const EXTENDER: Source = Source::Extender { of: Mac::new([9; 6]) };

fn evidence() -> impl Strategy<Value = Seen> {
    let source = prop::sample::select(vec![Source::Scan, Source::Mdns, Source::Coiot, EXTENDER]);
    (source, 0_u8..6, prop::option::of(0_u8..2), 0_i64..400).prop_map(|(source, who, place, when)| {
        let mut seen = Seen::new(source, DateTime::UNIX_EPOCH + TimeDelta::seconds(when));
        match who {
            0..2 => seen.mac = Some(Mac::new([0, 0, 0, 0, 0, who])),
            // Ends like another one.
            2 => seen.mac = Some(Mac::new([1, 0, 0, 0, 0, 0])),
            3 => seen.suffix = Some(Suffix::of(Mac::new([0; 6]))),
            _ => seen.name = Some(format!("name {who}")),
        }
        seen.address = place.map(|place| Endpoint::new(format!("10.0.0.{place}"), 80));
        seen
    })
}

/// All that can be seen, with the keys and addresses under which it is; none for a device of which the address is only
/// where a datagram came from, since time alone may change that.
fn view(merger: &Merger) -> (BTreeMap<Key, String>, BTreeMap<Endpoint, String>) {
    let sure = |entry: &Entry| entry.claim.as_ref().is_none_or(Claim::is_firm);
    let keys = merger.entries.iter().filter(|(_, entry)| sure(entry)).map(|(key, _)| key.clone());
    let looks = keys.filter_map(|key| Some((key.clone(), format!("{:?}", merger.look(&key)?)))).collect();
    let conflicts = merger.conflicts().map(|conflict| (conflict.address.clone(), format!("{conflict:?}"))).collect();
    (looks, conflicts)
}

fn differences<K: Ord + Clone>(before: &BTreeMap<K, String>, after: &BTreeMap<K, String>) -> BTreeSet<K> {
    before.keys().chain(after.keys()).filter(|key| before.get(key) != after.get(key)).cloned().collect()
}

proptest! {
    #[test]
    fn what_looks_different_is_named(list in prop::collection::vec(evidence(), 0..30), expiry in 0_i64..500) {
        let mut merger = Merger::default();
        let mut before = view(&merger);
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(26) + TimeDelta::seconds(expiry);
        for seen in list.into_iter().map(Some).chain([None]) {
            let told = format!("{seen:?}");
            let touched = match seen {
                Some(seen) => merger.take(seen),
                None => merger.forget(now),
            };
            let after = view(&merger);
            let (keys, addresses) = (differences(&before.0, &after.0), differences(&before.1, &after.1));
            prop_assert!(keys.is_subset(&touched.keys), "{told}: {keys:?}, named {:?}", touched.keys);
            prop_assert!(addresses.is_subset(&touched.addresses), "{told}: {addresses:?}");
            before = after;
        }
        let held: usize = merger.holders.values().map(BTreeSet::len).sum();
        prop_assert_eq!(held, merger.entries.values().filter(|entry| entry.claim.is_some()).count());
    }
}
