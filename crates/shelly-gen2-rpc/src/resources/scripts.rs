//! Whole scripts (K1).

use serde_json::{Map, Value};
use shelly_types::ComponentKey;

use crate::{
    Channel, Client, TransferError,
    components::{ComponentConfig, ComponentStatus, script::Config},
};

/// A script with its code.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Number.
    pub id: u32,
    /// Name and whether it runs at boot.
    pub config: Config,
    /// It runs now.
    pub running: bool,
    /// What it stopped by, in the vendor's words; asked of a script that does not run.
    pub errors: Vec<String>,
    /// The code.
    pub code: String,
    /// What the list told of it that is not known here.
    pub extra: Map<String, Value>,
}

impl<C: Channel> Client<C> {
    /// All scripts with settings and code.
    ///
    /// # Errors
    /// When a call fails; then nothing of what was read before is given.
    pub async fn scripts(&self) -> Result<Vec<Script>, TransferError> {
        const WHAT: &str = "read the scripts";
        let broke = |source| self.transfer_error(WHAT, 0, None, source);
        let list = self.script_list().await.map_err(broke)?;
        let mut scripts = Vec::new();
        for listed in list.scripts.into_option().unwrap_or_default() {
            let Some(id) = listed.id.copied() else { continue };
            let config = match self.component_config(&ComponentKey::instance("script", id)).await.map_err(broke)? {
                ComponentConfig::Script(config) => *config,
                // Settings of another shape: what the list says is left.
                _ => Config { id: listed.id, name: listed.name, enable: listed.enable, ..Config::default() },
            };
            let code = self.script_read_code(id).await?;
            let running = listed.running.copied().unwrap_or(false);
            let errors = if running { Vec::new() } else { self.script_errors(id).await };
            scripts.push(Script { id, config, running, errors, code, extra: listed.extra });
        }
        Ok(scripts)
    }

    /// The faults of a script. One that tells none has none; they are only told, so that nothing depends on their being read.
    async fn script_errors(&self, id: u32) -> Vec<String> {
        match self.component_status(&ComponentKey::instance("script", id)).await {
            Ok(ComponentStatus::Script(status)) => status.errors.into_option().unwrap_or_default(),
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    /// Writes the code of a script and reads it back. A script that runs is stopped for that and started again.
    ///
    /// # Errors
    /// When a call fails or the device holds something else afterwards; the script is then left stopped, because what
    /// it would run is not what somebody wrote.
    pub async fn write_script(&self, id: u32, code: &str) -> Result<(), TransferError> {
        let what = format!("write script {id}");
        let total = Some(code.len());
        let broke = |done, source| self.transfer_error(&what, done, total, source);
        let was_running = self.script_stop(id).await.map_err(|source| broke(0, source))?.was_running;
        self.script_write_code(id, code).await?;
        if self.script_read_code(id).await? != code {
            let endpoint = self.channel().endpoint().clone();
            return Err(TransferError::Different { what, endpoint });
        }
        if was_running.copied().unwrap_or(false) {
            self.script_start(id).await.map_err(|source| broke(code.len(), source))?;
        }
        Ok(())
    }

    /// Makes a script with code; answers its number. It neither runs nor runs at boot.
    ///
    /// # Errors
    /// When a call fails. A script that was made but not filled is removed again, if the device still answers.
    pub async fn add_script(&self, name: &str, code: &str) -> Result<u32, TransferError> {
        let what = format!("add script {name}");
        let broke = |source| self.transfer_error(&what, 0, Some(code.len()), source);
        let made = self.script_create(Some(name)).await.map_err(broke)?;
        let unknown = || broke(self.unexpected("Script.Create", "the number of a script", &Value::Null));
        let id = made.id.copied().ok_or_else(unknown)?;
        let written = self.write_script(id, code).await;
        if written.is_err() {
            // What failed is reported; an empty script more changes nothing.
            drop(self.script_delete(id).await);
        }
        written.map(|()| id)
    }
}
