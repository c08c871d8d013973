//! `OTA`: firmware that is sent to the device in chunks.

use serde_json::Map;

use crate::{Channel, Client, TransferError};

methods! {
    /// Begins an upload of that many bytes.
    fn ota_start(size: u64) = "OTA.Start";

    /// Sends the next chunk, base64.
    fn ota_data(data: &str) = "OTA.Data";

    /// Sends the chunk at a place, base64.
    fn ota_write(offset: u64, data: &str) = "OTA.Write";

    /// Ends an upload: the device restarts with the new firmware.
    fn ota_commit() = "OTA.Commit";

    /// Gives an upload up.
    fn ota_abort() = "OTA.Abort";

    /// Goes back to the firmware before; the device restarts.
    fn ota_revert() = "OTA.Revert";

    /// Lets the device read its firmware from an address.
    fn ota_update(url: &str) = "OTA.Update";
}

impl<C: Channel> Client<C> {
    /// Sends a whole firmware, and gives up when that fails. It runs after [`Client::ota_commit`].
    pub async fn ota_upload(&self, firmware: &[u8]) -> Result<(), TransferError> {
        const WHAT: &str = "upload firmware";
        let total = Some(firmware.len());
        let size = u64::try_from(firmware.len()).unwrap_or(u64::MAX);
        self.ota_start(size).await.map_err(|source| self.transfer_error(WHAT, 0, total, source))?;
        let sent = self.upload_bytes(WHAT, "OTA.Write", &Map::new(), firmware, None).await;
        if sent.is_err() {
            // What failed is reported; whether giving up worked too changes nothing.
            drop(self.ota_abort().await);
        }
        sent.map(drop)
    }
}
