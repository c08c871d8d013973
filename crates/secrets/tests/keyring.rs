//! Proves D1: what is sealed opens only with its key, at its place, unchanged.

use std::path::Path;

use secrets::{BadKeyText, Context, KeyFileError, Keyring, OpenError, Sealed};

const PLACE: Context<'static> = Context::new("device_secrets", "password", "C45BBE6A1122");

#[test]
fn d1_sealed_text_opens_at_its_place_only() {
    let ring = Keyring::generate(&mut rand::rng());
    let sealed = ring.seal("hunter2", &PLACE, &mut rand::rng());
    assert_eq!(ring.open_sealed(&sealed, &PLACE).unwrap().expose(), "hunter2");
    assert!(sealed.as_str().starts_with(&format!("v1.{}.", ring.newest_key_id())));
    assert_ne!(sealed, ring.seal("hunter2", &PLACE, &mut rand::rng()), "a nonce is never used twice");
    for elsewhere in [
        Context { row: "C45BBE6A1123", ..PLACE },
        Context { column: "user", ..PLACE },
        Context { table: "credentials", ..PLACE },
        Context::new("device_secretsp", "assword", "C45BBE6A1122"),
    ] {
        assert_eq!(ring.open_sealed(&sealed, &elsewhere).unwrap_err(), OpenError::Tampered);
    }
}

#[test]
fn d1_changed_text_does_not_open() {
    let ring = Keyring::generate(&mut rand::rng());
    let sealed = ring.seal("hunter2", &PLACE, &mut rand::rng());
    for at in 0..sealed.as_str().len() {
        let mut bytes = sealed.as_str().as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = Sealed::from_stored(String::from_utf8(bytes).unwrap());
        assert!(ring.open_sealed(&changed, &PLACE).is_err(), "{changed}");
    }
    for text in ["", "v1", "v1.", "v1.x", "v1.x.", "v1..!", "v2.x.AAAA", "hunter2"] {
        assert!(ring.open_sealed(&Sealed::from_stored(text), &PLACE).is_err(), "{text}");
    }
}

#[test]
fn d1_a_new_key_seals_and_the_old_one_still_opens() {
    let old = Keyring::generate(&mut rand::rng());
    let sealed = old.seal("hunter2", &PLACE, &mut rand::rng());
    let both = old.with_new_key(&mut rand::rng());
    assert_eq!(both.open_sealed(&sealed, &PLACE).unwrap().expose(), "hunter2");
    let again = both.seal("hunter2", &PLACE, &mut rand::rng());
    assert_eq!(again.key_id(), Some(both.newest_key_id()));
    let missing = OpenError::UnknownKey { key_id: both.newest_key_id().to_owned() };
    assert_eq!(old.open_sealed(&again, &PLACE).unwrap_err(), missing);

    let digest = old.digester().digest("wifi.sta.pass", "hunter2");
    assert!(both.digester().matches(&digest, "wifi.sta.pass", "hunter2"));
    assert!(!both.digester().matches(&digest, "wifi.sta.pass", "hunter3"));
    assert!(!both.digester().matches(&digest, "wifi.sta1.pass", "hunter2"));
    assert!(!Keyring::generate(&mut rand::rng()).digester().matches(&digest, "wifi.sta.pass", "hunter2"));
}

#[test]
fn a_key_file_is_made_once_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let first = Keyring::open_or_create(&path, &mut rand::rng()).unwrap();
    let again = Keyring::open_or_create(&path, &mut rand::rng()).unwrap();
    assert_eq!(first.newest_key_id(), again.newest_key_id());
    assert_eq!(mode(&path), 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no scratch file stays");

    let grown = again.with_new_key(&mut rand::rng());
    grown.save(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(format!("{:?}", Keyring::open(&path).unwrap()), format!("{grown:?}"));
}

#[test]
fn starters_at_the_same_moment_share_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let mut ids: Vec<String> = std::thread::scope(|scope| {
        let open = || Keyring::open_or_create(&path, &mut rand::rng()).map(|ring| ring.newest_key_id().to_owned());
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_key_file_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    Keyring::open_or_create(&path, &mut rand::rng()).unwrap();
    set_mode(&path, 0o644);
    let error = Keyring::open(&path).unwrap_err();
    assert!(matches!(error, KeyFileError::OpenToOthers { mode: 0o644, .. }), "{error}");

    set_mode(&path, 0o600);
    std::fs::write(&path, "# only a comment\nnot a key\n").unwrap();
    let error = Keyring::open_or_create(&path, &mut rand::rng()).unwrap_err();
    assert!(matches!(error, KeyFileError::Broken { source: BadKeyText::Line { line: 2 }, .. }), "{error}");
    assert_eq!(Keyring::from_text("\n# nothing\n").unwrap_err(), BadKeyText::Empty);
    assert!(matches!(Keyring::open(&folder.path().join("absent")), Err(KeyFileError::Io { .. })));
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("the file exists").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the file exists");
}
