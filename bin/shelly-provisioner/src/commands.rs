//! One file for each command.

mod doctor;
mod enroll;
mod provision;
mod restore;
mod run;
mod scan;
mod status;

use crate::{
    args::{Args, Command},
    output::Exit,
};

/// Does what the command line says.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let host = args.host;
    match args.command {
        Command::Scan(wish) => scan::run(&host, &wish).await,
        Command::Provision(wish) => provision::run(&host, &wish).await,
        Command::Status => status::run(&host),
        Command::Doctor => doctor::run(&host).await,
        Command::Restore => restore::run(&host).await,
        Command::Enroll(wish) => enroll::run(&host, &wish).await,
        Command::Run(wish) => run::run(&host, &wish).await,
    }
}
