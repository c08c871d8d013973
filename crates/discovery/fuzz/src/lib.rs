//! Reads bytes as what announces itself on the network, and complains when something is lost on the way.

use discovery::mdns::{Record, Service, exercise, read_txt};

/// Reads bytes, and panics when something is wrong with what came of it.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 1] = [("mdns", mdns)];

/// An announcement: a full name, a zero byte, a host, a zero byte, the data of a TXT record.
pub fn mdns(bytes: &[u8]) {
    exercise(bytes);
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    for service in Service::ALL {
        for full_name in [name.clone(), format!("{name}.{}", service.domain())] {
            if let Some(record) = Record::named(&full_name) {
                name_again(&record);
            }
        }
    }
    txt_again(&read_txt(parts.nth(1).unwrap_or_default()));
}

/// Writes a name with its dots and backslashes guarded, and reads it.
fn name_again(record: &Record) {
    let guarded = record.instance.replace('\\', "\\\\").replace('.', "\\.");
    // One that grew longer than a name may be is refused.
    if let Some(again) = Record::named(&format!("{guarded}.{}", record.service.domain())) {
        assert_eq!(again, *record, "a name changed when it was written");
    }
}

/// Writes entries and reads them.
fn txt_again(entries: &[(String, String)]) {
    let mut bytes = Vec::new();
    for (word, value) in entries {
        let entry = format!("{word}={value}");
        // What was no text became longer when it was replaced.
        let Ok(length) = u8::try_from(entry.len()) else { return };
        bytes.push(length);
        bytes.extend_from_slice(entry.as_bytes());
    }
    assert_eq!(read_txt(&bytes), entries, "entries changed when they were written");
}
