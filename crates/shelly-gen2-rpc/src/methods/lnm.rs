//! `LNM`: the local network messaging between devices.

use serde_json::Value;

use super::{common::Created, wire_params};
use crate::components::lnm;

wire_params!(lnm::Config);

methods! {
    /// Adds a peer.
    fn lnm_create(config: &lnm::Config; id: u32) -> Created = "LNM.Create";

    /// Removes a peer.
    fn lnm_delete(id: u32) -> Value = "LNM.Delete";

    /// Calls a method of a peer; answers the number of the request.
    fn lnm_call(id: u32, method: &str; params: &Value) -> Created = "LNM.Call";
}
