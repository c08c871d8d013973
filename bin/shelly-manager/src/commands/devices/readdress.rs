//! `shelly-manager devices replace-address`: another address of a server, wherever devices name it.

use api_types::{jobs::JobRequest, readdress::ReaddressRequest};

use crate::{
    args::ReplaceAddressArgs,
    commands::{Session, jobs},
    exit::Exit,
};

pub(super) async fn run(session: &Session, args: ReplaceAddressArgs) -> anyhow::Result<Exit> {
    let ReplaceAddressArgs { from, to, query, dry_run, how, yes } = args;
    let mut job = JobRequest { query, ..JobRequest::default() };
    how.fill(&mut job);
    let job = session.client.address_replace(&ReaddressRequest { from, to, job }).await?;
    if dry_run { jobs::show_made(session, &job) } else { jobs::go(session, job, yes).await }
}
