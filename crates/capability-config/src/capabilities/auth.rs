//! Login of the device.

use super::prelude::*;

block! {
    /// Login of the device.
    pub struct Auth {
        /// Ask for user and password.
        enable: bool = flag().both().risk(Risk::Access),
        /// User. Always `admin` on Gen2 and later.
        user: String = text(50).both().read_only_on_rpc().risk(Risk::Access),
        /// Password. Needed to switch the login on; on Gen2 and later setting it does that.
        password: SecretText = secret(64).nullable().both().risk(Risk::Access),
        /// The owner chose to have no password, so the device does not remind of it.
        unprotected: bool = flag().gen1(),
    }
}
