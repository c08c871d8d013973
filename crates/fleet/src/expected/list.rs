//! Reads a list of devices: CSV with a head line, as a spreadsheet writes it.

use std::collections::HashMap;

use csv::{ReaderBuilder, Trim};
use shelly_http::Endpoint;
use shelly_types::Mac;

/// Most devices in one list.
const MOST: usize = 10_000;

/// Most lines about which is told what is wrong.
const TOLD: usize = 100;

/// The columns, with what else people call them. Only the first is needed.
const COLUMNS: [(Column, &[&str]); 7] = [
    (Column::Mac, &["mac", "device", "mac address"]),
    (Column::Name, &["name", "label"]),
    (Column::Location, &["location", "room"]),
    (Column::Address, &["address", "ip", "ip address", "host"]),
    (Column::Group, &["group"]),
    (Column::Tags, &["tags", "tag"]),
    (Column::Profile, &["profile"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Mac,
    Name,
    Location,
    Address,
    Group,
    Tags,
    Profile,
}

/// A line with a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) mac: Mac,
    pub(super) name: Option<String>,
    pub(super) location: Option<String>,
    pub(super) address: Option<String>,
    pub(super) group: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) profile: Option<String>,
}

/// What is wrong, by line.
type Troubles = Vec<(u64, String)>;

/// The devices of a list, and all that is wrong with it. An error is what makes it no list at all.
pub(super) fn read(text: &str) -> Result<(Vec<Line>, Troubles), Troubles> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    // The separator that stands most often in the head line.
    let delimiter = *b",;\t".iter().max_by_key(|c| head.bytes().filter(|b| b == *c).count()).unwrap_or(&b',');
    let delimiter = if head.bytes().any(|byte| byte == delimiter) { delimiter } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| vec![(1, "the head line cannot be read".to_owned())])?;
    let columns = columns(head.iter())?;
    let (mut lines, mut troubles) = (Vec::new(), Troubles::new());
    let (mut macs, mut addresses): (HashMap<Mac, u64>, HashMap<String, u64>) = (HashMap::new(), HashMap::new());
    let mut counted = Counted { text, byte: 0, line: 1 };
    for record in reader.records() {
        if troubles.len() >= TOLD {
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, |at| counted.line_at(at));
                let why = match error.kind() {
                    csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        format!("it has {len} fields, the head line has {expected_len}")
                    }
                    _ => "it cannot be read".to_owned(),
                };
                troubles.push((line, why));
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let number = record.position().map_or(0, |at| counted.line_at(at));
        match line(number, &columns, &record) {
            Ok(line) => {
                if let Some(first) = macs.insert(line.mac, number) {
                    troubles.push((number, format!("{} stands in line {first} already", line.mac)));
                }
                let address = line.address.clone().map(|address| (address.clone(), addresses.insert(address, number)));
                if let Some((address, Some(first))) = address {
                    troubles.push((number, format!("{address} is expected of the device in line {first} already")));
                }
                lines.push(line);
            }
            Err(wrong) => troubles.extend(wrong.into_iter().map(|why| (number, why))),
        }
    }
    if lines.is_empty() && troubles.is_empty() {
        troubles.push((1, "there is no device in the list".to_owned()));
    }
    if lines.len() > MOST {
        troubles.push((1, format!("a list has at most {MOST} devices")));
    }
    Ok((lines, troubles))
}

/// Counts lines as people do: the reader counts those that are empty with the line before.
struct Counted<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Counted<'_> {
    /// The line of a record. Records come in their order.
    fn line_at(&mut self, position: &csv::Position) -> u64 {
        let bytes = self.text.as_bytes();
        let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(bytes.len());
        let empty = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = bytes.get(self.byte..begin + empty).unwrap_or_default();
        self.line += passed.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")).count() as u64;
        self.byte = self.byte.max(begin + empty);
        self.line
    }
}

fn columns<'a>(head: impl Iterator<Item = &'a str>) -> Result<Vec<Column>, Troubles> {
    let (mut columns, mut troubles) = (Vec::new(), Troubles::new());
    for name in head {
        let word = name.to_lowercase().replace('_', " ");
        match COLUMNS.iter().find(|(_, words)| words.contains(&word.as_str())) {
            Some((column, _)) if columns.contains(column) => {
                troubles.push((1, format!("the column `{name}` is there twice")));
            }
            Some((column, _)) => columns.push(*column),
            None => {
                let known: Vec<&str> = COLUMNS.iter().filter_map(|(_, words)| words.first().copied()).collect();
                troubles.push((1, format!("there is a column `{name}`; known are {}", known.join(", "))));
            }
        }
    }
    if troubles.is_empty() && !columns.contains(&Column::Mac) {
        troubles.push((1, "there is no column `mac`".to_owned()));
    }
    if troubles.is_empty() { Ok(columns) } else { Err(troubles) }
}

fn line(number: u64, columns: &[Column], record: &csv::StringRecord) -> Result<Line, Vec<String>> {
    let mut wrong = Vec::new();
    let value = |column: Column| {
        let place = columns.iter().position(|other| *other == column)?;
        record.get(place).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let mac = match value(Column::Mac).map(|mac| mac.parse::<Mac>().map_err(|error| error.to_string())) {
        Some(Ok(mac)) => Some(mac),
        Some(Err(error)) => {
            wrong.push(error);
            None
        }
        None => {
            wrong.push("it names no MAC".to_owned());
            None
        }
    };
    let address = value(Column::Address);
    if let Some(Err(error)) = address.as_ref().map(|address| address.parse::<Endpoint>()) {
        wrong.push(error.to_string());
    }
    let tags = value(Column::Tags).unwrap_or_default();
    let tags = tags.split(['|', ';', ',']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    match mac {
        Some(mac) if wrong.is_empty() => Ok(Line {
            number,
            mac,
            name: value(Column::Name),
            location: value(Column::Location),
            address,
            group: value(Column::Group),
            tags,
            profile: value(Column::Profile),
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a list without mistakes.
    fn read(text: &str) -> Result<Vec<Line>, Troubles> {
        let (lines, troubles) = super::read(text)?;
        if troubles.is_empty() { Ok(lines) } else { Err(troubles) }
    }

    #[test]
    fn b10_a_list_is_read_as_spreadsheets_write_it() {
        let text = "\u{feff}MAC;Name;Room;IP;Tags\r\nA8:03:2A:B1:23:45;\"Lamp; left\";Kitchen;192.0.2.7;lamp|left\r\n;;;;\r\na8032ab12346;;;;\r\n";
        let lines = read(text).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].number, lines[1].number), (2, 4), "empty lines count");
        assert_eq!(lines[0].mac, "A8032AB12345".parse().unwrap());
        assert_eq!(lines[0].name.as_deref(), Some("Lamp; left"));
        assert_eq!((lines[0].location.as_deref(), lines[0].address.as_deref()), (Some("Kitchen"), Some("192.0.2.7")));
        assert_eq!(lines[0].tags, ["lamp", "left"]);
        assert_eq!((lines[1].name.as_deref(), lines[1].tags.len()), (None, 0));
        assert_eq!(read("mac\nA8032AB12345").unwrap().len(), 1);
        let lines = read("mac\r\n\r\nA8032AB12345\r\n\r\n\r\nA8032AB12346").unwrap();
        assert_eq!((lines[0].number, lines[1].number), (3, 6));
        assert_eq!(read("mac\tname\nA8032AB12345\tHall").unwrap()[0].name.as_deref(), Some("Hall"));
    }

    #[test]
    fn b10_everything_that_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| {
            let lines = read(text).unwrap_err().into_iter().map(|(line, why)| format!("{line}: {why}"));
            lines.collect::<Vec<_>>().join("\n")
        };
        for (text, parts) in [
            ("", &["1: "][..]),
            ("mac,name\n", &["1: there is no device"]),
            ("name\nLamp", &["1: there is no column `mac`"]),
            ("mac,nmae,mac\nA8032AB12345,x,y", &["1: there is a column `nmae`", "1: the column `mac` is there twice"]),
            (
                "mac,name,ip\nA8032AB12345,Lamp,192.0.2.7\nxyz,Lamp,\n,Hall,\nA8032AB12345,Again,192.0.2.7\nA8032AB12347,short\nA8032AB12348,a,no address at all",
                &[
                    "3: ",
                    "4: it names no MAC",
                    "5: A8032AB12345 stands in line 2 already",
                    "5: 192.0.2.7 is expected of the device in line 2",
                    "6: it has 2 fields, the head line has 3",
                    "7: ",
                ],
            ),
        ] {
            let told = wrong(text);
            for part in parts {
                assert!(told.contains(part), "{text}: {told}");
            }
        }
    }
}
