//! `Virtual`, `Boolean`, `Number`, `Text`, `Enum`, `Object`, `Button`, `Group`: virtual components (A10).

use serde_json::{Map, Value};
use shelly_types::{ComponentKey, wire_enum};

use super::{
    Options,
    common::{Created, Push},
    wire_params,
};

wire_enum! {
    /// Kind of a virtual component that can be added.
    pub enum VirtualKind {
        /// On or off.
        Boolean = "boolean",
        /// Number.
        Number = "number",
        /// Text.
        Text = "text",
        /// Choice.
        Enumeration = "enum",
        /// Button.
        Button = "button",
        /// Group of the others.
        Group = "group",
    }
}

wire_params!(VirtualKind);

/// How a virtual component is named: by its number, or by what it means to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VirtualId {
    /// Number, 200 to 299.
    Id(u32),
    /// What it means to a service.
    Role {
        /// The service, such as `service:0`.
        owner: String,
        /// What it means to it.
        role: String,
    },
}

impl From<u32> for VirtualId {
    fn from(id: u32) -> Self {
        Self::Id(id)
    }
}

impl Options for VirtualId {
    const NAMES: &'static [&'static str] = &["id", "owner", "role"];

    fn put(&self, params: &mut Map<String, Value>) {
        match self {
            Self::Id(id) => {
                params.insert("id".to_owned(), (*id).into());
            }
            Self::Role { owner, role } => {
                params.insert("owner".to_owned(), owner.as_str().into());
                params.insert("role".to_owned(), role.as_str().into());
            }
        }
    }
}

methods! {
    /// Adds a virtual component with the settings of its kind. A number of 200 to 299 can be asked for; a device has
    /// room for ten.
    fn virtual_add(kind: &VirtualKind = "type"; config: &Value, id: u32) -> Created = "Virtual.Add";

    /// Removes a virtual component.
    fn virtual_delete(key: &ComponentKey) = "Virtual.Delete";

    /// Sets an on-off value.
    fn boolean_set(value: bool; ..of: VirtualId) = "Boolean.Set";

    /// Sets a number.
    fn number_set(value: f64; ..of: VirtualId) = "Number.Set";

    /// Sets a text.
    fn text_set(value: &str; ..of: VirtualId) = "Text.Set";

    /// Makes a choice, or none.
    fn enum_set(value: Option<&str>; ..of: VirtualId) = "Enum.Set";

    /// Sets an object, or none.
    fn object_set(value: Option<&Value>; ..of: VirtualId) = "Object.Set";

    /// Acts as if a virtual button was pressed.
    fn button_trigger(event: &Push; ..of: VirtualId) = "Button.Trigger";

    /// Sets the members of a group.
    fn group_set(id: u32, members: &[ComponentKey] = "value") = "Group.Set";
}
