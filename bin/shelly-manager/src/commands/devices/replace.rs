//! `shelly-manager devices replace`: another device in the place of one.

use api_types::replacements::ReplaceRequest;

use crate::{
    args::ReplaceArgs,
    commands::{Session, jobs},
    exit::Exit,
};

pub(super) async fn run(session: &Session, args: ReplaceArgs) -> anyhow::Result<Exit> {
    let ReplaceArgs {
        former,
        successor,
        check,
        take_over,
        spend_memory,
        include_critical,
        second_person,
        wait: wait_s,
        yes,
    } = args;
    let request = ReplaceRequest { successor, take_over, spend_memory, include_critical, second_person, wait_s };
    let job = session.client.device_replace(former, &request).await?;
    if check { jobs::show_made(session, &job) } else { jobs::go(session, job, yes).await }
}
