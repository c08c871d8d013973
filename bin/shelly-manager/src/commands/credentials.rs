//! `shelly-manager credentials`.

use anyhow::Context;
use api_types::{
    credentials::CreateCredentialRequest,
    passwords::{ImportPasswordsRequest, NewPassword, PasswordJobRequest, ToldPassword},
};

use super::{Session, UsageError, config, jobs, read_secret};
use crate::{
    args::{Change, CredentialsCommand},
    exit::Exit,
    output,
};

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
        CredentialsCommand::Set(which) => {
            let password = read_secret("password")?;
            return change(session, which, NewPassword::Same { password }).await;
        }
        CredentialsCommand::Rotate(which) => return change(session, which, NewPassword::Random).await,
        CredentialsCommand::Clear(which) => return change(session, which, NewPassword::None).await,
        CredentialsCommand::Import { file } => {
            let text = if file.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())?
            } else {
                std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?
            };
            let done = client.passwords_import(&ImportPasswordsRequest { passwords: list(&text)? }).await?;
            output::show(session.output, &done, |done| format!("passwords of {} devices taken", done.taken.len()))?;
            for mac in &done.unknown {
                output::complain(&format!("{mac} is no device of ours"));
            }
        }
        CredentialsCommand::Reveal { device } => {
            let shown = client.password_reveal(device).await?;
            output::show(session.output, &shown, |shown| {
                let doubt =
                    shown.in_doubt.iter().map(|other| vec![shown.user.clone(), other.clone(), "sent".to_owned()]);
                let known = vec![shown.user.clone(), shown.password.clone(), "known".to_owned()];
                output::table(&["user", "password", "state"], std::iter::once(known).chain(doubt))
            })?;
        }
    }
    Ok(Exit::Ok)
}

async fn change(session: &Session, Change { which, how, yes }: Change, new: NewPassword) -> anyhow::Result<Exit> {
    let job = config::request(session, which, how).await?;
    let made = session.client.passwords_change(&PasswordJobRequest { new, job }).await?;
    jobs::go(session, made, yes).await
}

/// Reads lines of `MAC,PASSWORD` or `MAC,USER,PASSWORD`. A password that holds a comma stands in the second form; the line
/// is not shown when it cannot be read.
fn list(text: &str) -> anyhow::Result<Vec<ToldPassword>> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
    let told = |(line, number): (&str, usize)| {
        let bad = || UsageError(format!("line {number} is not MAC,PASSWORD or MAC,USER,PASSWORD"));
        let (mac, rest) = line.split_once(',').ok_or_else(bad)?;
        let (user, password) = match rest.split_once(',') {
            Some((user, password)) => (Some(user.trim().to_owned()), password),
            None => (None, rest),
        };
        let mac = mac.trim().parse().map_err(|_| bad())?;
        Ok(ToldPassword { mac, user, password: password.trim_end_matches('\r').to_owned() })
    };
    lines.map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn a_list_of_passwords_is_read() {
        let read = list("# ours\nA8032A100001,one\r\n\na8:03:2a:10:00:02,me,t,w,o\n").unwrap();
        let read: Vec<_> = read.iter().map(|told| (told.user.as_deref(), told.password.as_str())).collect();
        assert_eq!(read, [(None, "one"), (Some("me"), "t,w,o")]);
        let error = list("A8032A100001,x\nplanted-password").unwrap_err().to_string();
        assert!(error.starts_with("line 2") && !error.contains("planted"), "{error}");
    }
}
