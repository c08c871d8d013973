//! `shelly-manager token`.

use api_types::access::{CreateTokenRequest, Permission};

use super::{Session, UsageError, text};
use crate::{
    args::{self, TokenCommand},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: TokenCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        TokenCommand::List => {
            output::show(session.output, &client.tokens().await?, |tokens| {
                let rows = tokens.iter().map(|token| {
                    let permission = format!("{:?}", token.permission).to_lowercase();
                    let time = |at: Option<chrono::DateTime<chrono::Utc>>| text(at.map(|at| at.format("%F %R")));
                    vec![token.name.clone(), permission, time(token.last_used_at), time(token.expires_at)]
                });
                output::table(&["name", "permission", "last used", "ends"], rows)
            })?;
        }
        TokenCommand::Create { name, permission, expires_in } => {
            let request = CreateTokenRequest { name, permission: permission.into(), expires_in_days: expires_in };
            output::show(session.output, &client.token_create(&request).await?, |created| created.token.clone())?;
        }
        TokenCommand::Revoke { name } => {
            let tokens = client.tokens().await?;
            let token = tokens.iter().find(|token| token.name == name);
            let token = token.ok_or_else(|| UsageError(format!("there is no token `{name}`")))?;
            client.token_delete(token.id).await?;
            output::show(session.output, token, |token| format!("ended `{}`", token.name))?;
        }
    }
    Ok(Exit::Ok)
}

impl From<args::Permission> for Permission {
    fn from(permission: args::Permission) -> Self {
        match permission {
            args::Permission::Read => Self::Read,
            args::Permission::Control => Self::Control,
            args::Permission::Configure => Self::Configure,
            args::Permission::Admin => Self::Admin,
        }
    }
}
