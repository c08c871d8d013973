//! Reads the command line.

use std::{ffi::OsString, fs, io, path::PathBuf, time::Duration};

use shelly_http::Endpoint;
use shelly_types::Credentials;

/// What can be said.
pub(crate) const USAGE: &str = "\
usage: real-device ADDRESS [options]

  --password-file FILE   file whose first line is the password of the device
  --user NAME            user of a Gen1 device (admin)
  --write                also change the name of the device, prove it by reading, and restore it
  --out FOLDER           where capture and report go (real-device)
  --listen SECONDS       how long notifications are listened to (10)
  --coiot-port PORT      where a Gen1 device speaks CoIoT (5683)";

/// What was said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Where the device is.
    pub(crate) endpoint: Endpoint,
    /// File with the password.
    pub(crate) password_file: Option<PathBuf>,
    /// User.
    pub(crate) user: String,
    /// Whether the name may be changed for a moment.
    pub(crate) write: bool,
    /// Folder of capture and report.
    pub(crate) out: PathBuf,
    /// How long notifications are listened to.
    pub(crate) listen: Duration,
    /// UDP port of CoIoT.
    pub(crate) coiot_port: u16,
}

impl Options {
    /// Reads the arguments after the name of the program.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let address = arguments.next().ok_or("the address of the device is missing")?;
        let endpoint = text(address)?.parse::<Endpoint>().map_err(|error| error.to_string())?;
        let mut options = Self {
            endpoint,
            password_file: None,
            user: "admin".to_owned(),
            write: false,
            out: "real-device".into(),
            listen: Duration::from_secs(10),
            coiot_port: 5683,
        };
        while let Some(name) = arguments.next() {
            let name = text(name)?;
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--password-file" => options.password_file = Some(value()?.into()),
                "--user" => options.user = text(value()?)?,
                "--write" => options.write = true,
                "--out" => options.out = value()?.into(),
                "--listen" => options.listen = Duration::from_secs(number(&name, value()?)?),
                "--coiot-port" => options.coiot_port = number(&name, value()?)?,
                _ => return Err(format!("{name} is not an option")),
            }
        }
        Ok(options)
    }

    /// User and password, where a file has the password.
    pub(crate) fn credentials(&self) -> io::Result<Option<Credentials>> {
        let Some(file) = &self.password_file else { return Ok(None) };
        let content = fs::read_to_string(file).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot read the password in {}: {error}", file.display()))
        })?;
        let password = content.lines().next().unwrap_or_default();
        Ok(Some(Credentials::new(self.user.as_str(), password)))
    }
}

fn text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|odd| format!("{} is not text", odd.display()))
}

fn number<T: std::str::FromStr>(name: &str, argument: OsString) -> Result<T, String> {
    text(argument)?.parse().map_err(|_| format!("{name} needs a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn everything_has_a_default_but_the_address() {
        let options = read("192.0.2.7").unwrap();
        assert_eq!((options.endpoint.port(), options.write, options.coiot_port), (80, false, 5683));
        assert!(read("").is_err());
    }

    #[test]
    fn options_are_read_and_mistakes_named() {
        let options = read("192.0.2.7:8080 --write --listen 3 --password-file p").unwrap();
        assert!(options.write && options.listen == Duration::from_secs(3) && options.password_file.is_some());
        assert!(read("192.0.2.7 --listen").unwrap_err().contains("needs a value"));
        assert!(read("192.0.2.7 --listen x").unwrap_err().contains("needs a number"));
        assert!(read("192.0.2.7 --wipe").unwrap_err().contains("is not an option"));
    }
}
