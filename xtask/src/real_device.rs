//! Visits a real device with the program of shelly-driver that reads all it shows.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use crate::{process, workspace};

/// Which device, and what may be done to it.
#[derive(Debug, Parser)]
pub(crate) struct RealDeviceOptions {
    /// Where the device is: `host` or `host:port`.
    address: String,

    /// File whose first line is the password of the device.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// User of a Gen1 device.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Also change the name of the device for a moment, prove it by reading, and restore it.
    #[arg(long)]
    write: bool,

    /// How long notifications are listened to.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    listen: u64,

    /// Where capture and report go.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Builds the program and visits the device. Paths are those of the folder in which this was called.
pub(crate) fn run(options: &RealDeviceOptions) -> Result<()> {
    process::run(&mut process::cargo(&["build", "--quiet", "-p", "shelly-driver", "--bin", "real-device"]))?;
    let program = workspace::target().join("debug/real-device");
    let mut visit = process::command(&program.to_string_lossy());
    visit.arg(&options.address).args(["--listen", &options.listen.to_string()]);
    if let Some(file) = &options.password_file {
        visit.arg("--password-file").arg(file);
    }
    if let Some(user) = &options.user {
        visit.args(["--user", user]);
    }
    if options.write {
        visit.arg("--write");
    }
    visit.arg("--out").arg(options.out.clone().unwrap_or_else(|| workspace::target().join("real-device")));
    process::run(&mut visit)
}
