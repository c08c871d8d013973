//! `Service`: services of partner products.

use std::collections::BTreeMap;

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `Service.GetInfo`.
    pub struct Info {
        /// Kind.
        pub kind: String = "type",
        /// Version.
        pub ver: String,
        /// Build id.
        pub build_id: String,
        /// Changes with the content.
        pub etag: String,
        /// Notes; free in form.
        pub meta: BTreeMap<String, Value>,
    }

    /// Answer of `Service.GetResources`.
    pub struct Resources {
        /// Changes with the content.
        pub etag: String,
        /// Virtual components by what they mean to the service.
        pub vc: BTreeMap<String, String>,
    }
}

methods! {
    /// What a service is.
    fn service_info(id: u32) -> Info = "Service.GetInfo";

    /// Virtual components of a service.
    fn service_resources(id: u32) -> Resources = "Service.GetResources";

    /// Sets values of a service; not confirmed.
    fn service_set(id: u32, value: &Value) = "Service.Set";

    /// Settings of a service with what they may be; not confirmed.
    fn service_config_options(id: u32) -> Value = "Service.ListConfigOptions";

    /// Resets the counters of a service; not confirmed.
    fn service_reset_counters(id: u32) = "Service.ResetCounters";
}
