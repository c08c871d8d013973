//! Describes the command line of the chores.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::demo::DemoOptions;
use crate::fuzz::FuzzOptions;
use crate::real_device::RealDeviceOptions;
use crate::test::TestOptions;
use crate::ui::UiAction;
use crate::wifi_lab::WifiLabOptions;

/// The repository's own rules and chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) chore: Chore,
}

/// One chore.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Build everything and start a manager with a simulated fleet.
    Demo(DemoOptions),
    /// Run every check there is and sum up at the end.
    Test(TestOptions),
    /// Read captured device payloads into typed values and back, and report what was lost.
    Captures {
        /// Folder with capture files.
        directory: PathBuf,
    },
    /// Measure the manager against its bars.
    Bench {
        /// Passed to the benchmark as they are.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the fuzz targets of the crates.
    Fuzz(FuzzOptions),
    /// Visit a real device: read all it shows, and write a redacted capture and a report.
    RealDevice(RealDeviceOptions),
    /// Check that dependencies go down and that heavy libraries have one owner.
    Layers,
    /// Check size, module sentences, README files, line ends and other manners.
    Tidy,
    /// Rewrite what is generated and committed.
    Generate,
    /// Let the agent work on the real WiFi of Linux, in a machine with simulated radios.
    WifiLab(WifiLabOptions),
    /// Work on the web UI.
    Ui {
        #[command(subcommand)]
        action: UiAction,
    },
}
