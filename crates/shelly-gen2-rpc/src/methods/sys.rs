//! `Sys`: clock, backup, default configuration; and what Wall Displays add.

use serde_json::{Map, Value};
use shelly_types::{wire::Wire, wire_object};

use super::common::Restart;
use crate::{
    Channel, Client, TransferError,
    transfer::{Chunk, Download},
};

wire_object! {
    /// Answer of `Sys.CreateBackup`.
    pub struct BackupMade {
        /// Key of an encrypted backup.
        pub key: String,
        /// The backup is made by a restart.
        pub restart_required: bool,
    }

    /// Answer to the last chunk of an upload.
    pub struct BackupAnswer {
        /// What the backup says about itself.
        pub manifest: Manifest,
    }

    /// What a backup says about itself.
    pub struct Manifest {
        /// Unix seconds.
        pub created_at: f64,
        /// Version of the firmware.
        pub fw_ver: String,
        /// Order code of the device.
        pub model: String,
        /// Application name of the firmware.
        pub app_name: String,
        /// Name of the device.
        pub device_name: String,
        /// It is encrypted.
        pub encrypt: bool,
    }
}

methods! {
    /// Sets the clock in Unix seconds, with at most three decimals.
    fn sys_set_time(unixtime: f64) = "Sys.SetTime";

    /// Makes a backup on the device, which **restarts** it (device facts 30).
    fn sys_create_backup(; encrypt: bool) -> BackupMade = "Sys.CreateBackup";

    /// Reads a chunk of the backup, base64; [`Client::sys_read_backup`] reads a whole one.
    fn sys_download_backup(offset: u64, len: u64) -> Chunk = "Sys.DownloadBackup";

    /// Sends a chunk of a backup, base64; [`Client::sys_write_backup`] sends a whole one.
    fn sys_upload_backup(offset: u64, data: &str; is_last: bool = "final") -> BackupAnswer = "Sys.UploadBackup";

    /// Restores the backup that was sent, which restarts the device.
    fn sys_restore_backup(; key: &str) = "Sys.RestoreBackup";

    /// Makes the present settings those after a factory reset.
    fn sys_create_default_config(password: &str) -> Restart = "Sys.CreateDefaultConfig";

    /// Sends a chunk of settings that shall be those after a factory reset, base64.
    fn sys_upload_default_config(password: &str, offset: u64, data: &str; is_last: bool = "final") -> BackupAnswer =
        "Sys.UploadDefaultConfig";

    /// Takes the settings that were sent.
    fn sys_apply_default_config(password: &str; key: &str) = "Sys.ApplyDefaultConfig";

    /// Brings back the vendor's settings after a factory reset.
    fn sys_clear_default_config(password: &str) = "Sys.ClearDefaultConfig";

    /// All settings (Wall Display); not documented.
    fn sys_download_settings() -> Value = "Sys.DownloadSettings";

    /// Restores all settings (Wall Display); not documented.
    fn sys_restore_settings() -> Value = "Sys.RestoreSettings";

    /// Temperatures inside (Wall Display); not documented.
    fn sys_internal_temperatures() -> Value = "Sys.GetInternalTemperatures";

    /// Parts that write logs (Wall Display); not documented.
    fn sys_debug_components() -> Value = "Sys.ListDebugComponents";

    /// Sets which parts write logs (Wall Display); its parameters are not documented.
    fn sys_set_debug_config() -> Value = "Sys.SetDebugConfig";

    /// Restarts the application (Wall Display).
    fn sys_restart_application() -> Value = "Sys.RestartApplication";
}

impl<C: Channel> Client<C> {
    /// Reads the backup that [`Client::sys_create_backup`] made, once the device is back from its restart.
    pub async fn sys_read_backup(&self) -> Result<Vec<u8>, TransferError> {
        let what = "read the backup".to_owned();
        self.download_bytes(&Download { what, method: "Sys.DownloadBackup", params: Map::new() }).await
    }

    /// Sends a backup; it takes effect with [`Client::sys_restore_backup`].
    pub async fn sys_write_backup(&self, backup: &[u8]) -> Result<Manifest, TransferError> {
        const WHAT: &str = "send a backup";
        self.manifest(WHAT, "Sys.UploadBackup", &Map::new(), backup).await
    }

    /// Sends settings that shall be those after a factory reset; they take effect with
    /// [`Client::sys_apply_default_config`].
    pub async fn sys_write_default_config(&self, password: &str, config: &[u8]) -> Result<Manifest, TransferError> {
        const WHAT: &str = "send default settings";
        let params = Map::from_iter([("password".to_owned(), password.into())]);
        self.manifest(WHAT, "Sys.UploadDefaultConfig", &params, config).await
    }

    async fn manifest(
        &self,
        what: &str,
        method: &str,
        params: &Map<String, Value>,
        bytes: &[u8],
    ) -> Result<Manifest, TransferError> {
        let answer = self.upload_bytes(what, method, params, bytes, Some("final")).await?;
        let answer = BackupAnswer::from_json(answer).unwrap_or_default();
        Ok(answer.manifest.into_option().unwrap_or_default())
    }
}
