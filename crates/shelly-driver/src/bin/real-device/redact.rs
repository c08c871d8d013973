//! Takes everything private out of payloads and texts, the same thing in the same way throughout.
//!
//! Private is what says whose device it is, where it is, and how to get in: names, networks, addresses of any kind, places,
//! passwords, codes, the texts of automations. Types stay as they are, so that what reads the payload does not notice.

mod rules;
mod scan;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use shelly_types::Mac;

use self::{
    rules::{Kind, Place},
    scan::Addresses,
};

/// Shorter words are too common to be searched for in other texts.
const SHORTEST_WORD: usize = 4;

/// Remembers what stands for what.
#[derive(Debug)]
pub(crate) struct Redactor {
    addresses: Addresses,
    /// What was given by hand, searched for anywhere.
    given: Vec<String>,
    /// What stands for a private word.
    words: BTreeMap<String, String>,
    /// Words of the vendor, which are not searched for in texts even when somebody gave them as a name.
    vendor: BTreeSet<String>,
    counts: BTreeMap<Kind, usize>,
}

impl Redactor {
    /// For a device with this hardware address.
    pub(crate) fn new(mac: Mac) -> Self {
        Self {
            addresses: Addresses::of_device(mac),
            given: Vec::new(),
            words: BTreeMap::new(),
            vendor: BTreeSet::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Hides a text wherever it stands, also within words.
    pub(crate) fn hide(&mut self, text: &str) {
        if !text.is_empty() && text.parse::<std::net::IpAddr>().is_err() {
            self.given.push(text.to_owned());
        }
    }

    /// Finds the private words of payloads, so that they are also found in texts. To be called before the rest.
    pub(crate) fn learn(&mut self, endpoints: &Map<String, Value>) {
        endpoints.values().for_each(|payload| self.learn_vendor(payload));
        self.endpoints(endpoints);
    }

    /// Endpoints with their payloads, without what is private.
    pub(crate) fn endpoints(&mut self, endpoints: &Map<String, Value>) -> Map<String, Value> {
        let payload =
            |(name, payload): (&String, &Value)| (name.clone(), self.value(Place::of_endpoint(name), "", payload));
        endpoints.iter().map(payload).collect()
    }

    /// A text without what is private.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for given in &self.given {
            text = text.replace(given.as_str(), "hidden");
        }
        let found = scan::urls(&text);
        for url in found {
            let mask = self.word(Kind::Url, &url);
            text = text.replace(&url, &mask);
        }
        // Longer words first, so that a name within a name does not spoil it.
        let mut words: Vec<(&String, &String)> = self.words.iter().filter(|(word, _)| self.is_searched(word)).collect();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        for (word, mask) in words {
            text = scan::replace_word(&text, word, mask);
        }
        self.addresses.mask(&text)
    }

    fn is_searched(&self, word: &str) -> bool {
        word.len() >= SHORTEST_WORD && !self.vendor.contains(word)
    }

    fn value(&mut self, place: Place, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let names_are_private = place.names_are_private(key);
                let inner = place.below(key);
                let member = |(name, value): (&String, &Value)| {
                    let shown = if names_are_private { self.word(Kind::Text, name) } else { name.clone() };
                    (shown, self.value(inner, name, value))
                };
                members.iter().map(member).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.value(place, key, item)).collect(),
            Value::String(text) => self.string(place, key, text).into(),
            Value::Number(number) if rules::is_private_number(key) => {
                if number.is_f64() {
                    Value::from(0.5)
                } else {
                    Value::from(0)
                }
            }
            other => other.clone(),
        }
    }

    fn string(&mut self, place: Place, key: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        match rules::kind(place, key, text) {
            Some(Kind::Id) => {
                let masked = self.text(text);
                // The vendor's own ids are made from the hardware address; everything else was chosen by somebody.
                let is_vendors = masked != text && masked.to_ascii_lowercase().starts_with("shelly");
                if is_vendors { masked } else { self.word(Kind::Id, text) }
            }
            Some(Kind::Host) if self.addresses.mask(text) != text => self.text(text),
            Some(kind) => self.word(kind, text),
            None => self.text(text),
        }
    }

    /// What stands for a private word.
    fn word(&mut self, kind: Kind, word: &str) -> String {
        if word.is_empty() {
            return String::new();
        }
        if let Some(known) = self.words.get(word) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let mask = kind.mask(*count, word);
        self.words.insert(word.to_owned(), mask.clone());
        mask
    }

    /// The names of members and the kinds of components are the vendor's words, apart from those that people choose.
    fn learn_vendor(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let kind = name.split(':').next().unwrap_or_default();
                    self.vendor.insert(kind.to_owned());
                    if !rules::holds_private_names(name) {
                        self.learn_vendor(value);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn_vendor(item)),
            Value::String(text) if rules::is_component(text) => {
                self.vendor.extend(text.split_once(':').map(|(kind, _)| kind.to_owned()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
