//! Random passwords for devices.

use rand::CryptoRng;

use crate::secret::Secret;

/// Letters and digits that are not mistaken for each other when somebody types them.
const ALPHABET: &[u8; 56] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a password: 116 bits. Gen1 takes 50 at most.
const CHARS: usize = 20;

/// A new password, the same for no two devices.
pub fn device_password(rng: &mut (impl CryptoRng + ?Sized)) -> Secret<String> {
    let mut password = String::with_capacity(CHARS);
    while password.len() < CHARS {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        // The rest of a byte would make the first letters likelier.
        let place = usize::from(byte[0]);
        if place < ALPHABET.len() * 4 {
            password.push(char::from(ALPHABET[place % ALPHABET.len()]));
        }
    }
    Secret::new(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d3_no_two_passwords_are_alike_and_all_letters_occur() {
        let made: Vec<String> = (0..200).map(|_| device_password(&mut rand::rng()).expose().clone()).collect();
        let distinct: std::collections::BTreeSet<&String> = made.iter().collect();
        assert_eq!(distinct.len(), made.len());
        assert!(made.iter().all(|password| password.len() == CHARS));
        let letters: std::collections::BTreeSet<char> = made.iter().flat_map(|password| password.chars()).collect();
        assert_eq!(letters.len(), ALPHABET.len());
    }
}
