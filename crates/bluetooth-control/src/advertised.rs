//! Reads what a device says of itself before anybody connects (gen2 protocol 3.8).

use serde::Serialize;

use crate::{AdvertisedModel, model};

/// The number under which the manufacturer advertises.
pub const SHELLY: u16 = 0x0BA9;

/// Blocks of the data of the manufacturer: a kind and a value of fixed length.
const FLAGS: u8 = 0x01;
const MAC: u8 = 0x0A;
const MODEL: u8 = 0x0B;

/// What a device says of itself. It is a hint only: anybody can send it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Advertised {
    /// How it is set.
    pub flags: Option<Flags>,
    /// Its hardware address in the network, 12 digits in upper case.
    pub mac: Option<String>,
    /// The number of its model.
    pub model_id: Option<u16>,
}

/// How a device says that it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flags(u16);

impl Flags {
    /// The flags with these bits.
    pub fn new(bits: u16) -> Self {
        Self(bits)
    }

    /// It lets itself be found.
    pub fn is_discoverable(self) -> bool {
        self.has(0)
    }

    /// It asks for a password.
    pub fn asks_password(self) -> bool {
        self.has(1)
    }

    /// It takes RPC over Bluetooth.
    pub fn takes_rpc(self) -> bool {
        self.has(2)
    }

    /// It can be paired now.
    pub fn is_pairing(self) -> bool {
        self.has(4)
    }

    fn has(self, bit: u16) -> bool {
        self.0 & (1 << bit) != 0
    }
}

impl Advertised {
    /// Reads the data that the manufacturer's number stands before. What comes after a block of unknown kind has no length
    /// that is known, and is left out.
    pub fn read(mut data: &[u8]) -> Self {
        let mut found = Self::default();
        while let Some((kind, rest)) = data.split_first() {
            data = match *kind {
                FLAGS => match rest.split_first_chunk::<2>() {
                    Some((bits, rest)) => {
                        found.flags = Some(Flags(u16::from_le_bytes(*bits)));
                        rest
                    }
                    None => break,
                },
                MAC => match rest.split_first_chunk::<6>() {
                    Some((bytes, rest)) => {
                        let number = bytes.iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
                        found.mac = Some(format!("{number:012X}"));
                        rest
                    }
                    None => break,
                },
                MODEL => match rest.split_first_chunk::<2>() {
                    Some((number, rest)) => {
                        found.model_id = Some(u16::from_le_bytes(*number));
                        rest
                    }
                    None => break,
                },
                _ => break,
            };
        }
        found
    }

    /// Its model, where the number is known.
    pub fn model(&self) -> Option<AdvertisedModel> {
        model(self.model_id?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// L7: a device says its hardware address, its model and how it is set.
    #[test]
    fn l7_a_device_says_who_it_is() {
        let data =
            [0x01, 0b0000_0101, 0, 0x0A, 0x45, 0x23, 0xB1, 0x2A, 0x03, 0xA8, 0x0B, 0x00, 0x10, 0x77, 0x0B, 0x01, 0x10];
        let said = Advertised::read(&data);
        assert_eq!(said.mac.as_deref(), Some("A8032AB12345"));
        assert_eq!(said.model().map(|model| model.model), Some("SNSW-001X16EU"), "what follows 0x77 is left out");
        let flags = said.flags.unwrap();
        assert!(flags.is_discoverable() && flags.takes_rpc() && !flags.asks_password() && !flags.is_pairing());
        assert_eq!(Advertised::read(&data[..6]).mac, None, "it is cut off");
        assert_eq!(Advertised { model_id: Some(0xFFFF), ..Advertised::default() }.model(), None);
    }

    proptest! {
        #[test]
        fn l7_bytes_never_break_the_reader(data in proptest::collection::vec(any::<u8>(), 0..40)) {
            let said = Advertised::read(&data);
            prop_assert!(said.mac.is_none_or(|mac| mac.len() == 12));
        }

        /// Blocks are read in any order.
        #[test]
        fn l7_blocks_are_read_in_any_order(bits: u16, mac: [u8; 6], number: u16, turn in 0_usize..3) {
            let mut blocks = [
                [&[FLAGS][..], &bits.to_le_bytes()].concat(),
                [&[MAC][..], &mac].concat(),
                [&[MODEL][..], &number.to_le_bytes()].concat(),
            ];
            blocks.rotate_left(turn);
            let said = Advertised::read(&blocks.concat());
            let [first, second, third, fourth, fifth, sixth] = mac;
            let digits = format!("{sixth:02X}{fifth:02X}{fourth:02X}{third:02X}{second:02X}{first:02X}");
            let wanted = Advertised { flags: Some(Flags(bits)), mac: Some(digits), model_id: Some(number) };
            prop_assert_eq!(said, wanted);
        }
    }
}
