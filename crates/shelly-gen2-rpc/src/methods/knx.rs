//! `KNX`: group addresses of the components.

use serde_json::Value;
use shelly_types::{ComponentKey, wire_object};

use super::{common::Revision, wire_params};
use crate::components::knx::Mapping;

wire_object! {
    /// Answer of `KNX.GetComponentConfig`.
    pub struct MappingAnswer {
        /// Revision of the group addresses.
        pub rev: u64,
        /// The group addresses.
        pub config: Mapping,
    }

    /// One page of `KNX.ListComponents`.
    pub struct MappedPage {
        /// Revision of the group addresses.
        pub rev: u64,
        /// Place of the first component of this page.
        pub offset: u64,
        /// Components in all.
        pub total: u64,
        /// The components.
        pub components: Vec<Value>,
    }
}

wire_params!(Mapping);

methods! {
    /// Group addresses of a component.
    fn knx_mapping(key: &ComponentKey) -> MappingAnswer = "KNX.GetComponentConfig";

    /// Writes group addresses of a component.
    fn knx_set_mapping(key: &ComponentKey, config: &Mapping) -> Revision = "KNX.SetComponentConfig";

    /// Components that can have group addresses.
    fn knx_components(; offset: u64) -> MappedPage = "KNX.ListComponents";
}
