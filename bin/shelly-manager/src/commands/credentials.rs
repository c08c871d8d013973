//! `shelly-manager credentials`.

use api_types::credentials::CreateCredentialRequest;

use super::{Session, UsageError, read_secret};
use crate::{args::CredentialsCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: CredentialsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        CredentialsCommand::List => {
            output::show(session.output, &client.credentials().await?, |sets| {
                let rows = sets.iter().map(|set| vec![set.position.to_string(), set.label.clone(), set.user.clone()]);
                output::table(&["order", "label", "user"], rows)
            })?;
        }
        CredentialsCommand::Add { label, user } => {
            let password = read_secret("password")?;
            let request = CreateCredentialRequest { label, user: Some(user), password };
            let set = client.credential_create(&request).await?;
            output::show(session.output, &set, |set| format!("added `{}` at place {}", set.label, set.position))?;
        }
        CredentialsCommand::Remove { label } => {
            let sets = client.credentials().await?;
            let set = sets.iter().find(|set| set.label == label);
            let set = set.ok_or_else(|| UsageError(format!("there is no credential set `{label}`")))?;
            client.credential_delete(set.id).await?;
            output::show(session.output, set, |set| format!("removed `{}`", set.label))?;
        }
    }
    Ok(Exit::Ok)
}
