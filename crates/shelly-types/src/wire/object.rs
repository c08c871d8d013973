//! Macros that declare vendor objects and vendor words.

/// Declares an object that a device sends: each member a [`Field`](crate::wire::Field), the rest kept in `extra`.
///
/// ```
/// use shelly_types::{wire::Wire, wire_object};
///
/// wire_object! {
///     /// Reading of a thermometer.
///     pub struct Temperature {
///         /// Degrees Celsius.
///         pub celsius: f64 = "tC",
///         /// What went wrong, in the device's words.
///         pub errors: Vec<String>,
///     }
/// }
///
/// let sent = serde_json::json!({"tC": 21.5, "errors": "none", "news": 1});
/// let read = Temperature::from_json(sent.clone()).unwrap();
/// assert_eq!(read.celsius.copied(), Some(21.5));
/// assert_eq!(read.to_json(), sent);
///
/// let mut unknown = Vec::new();
/// read.unknown("temperature:0", &mut |path, _| unknown.push(path.to_owned()));
/// assert_eq!(unknown, ["temperature:0.errors", "temperature:0.news"]);
/// ```
#[macro_export]
macro_rules! wire_object {
    ($(
        $(#[$struct_meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident : $type:ty $(= $wire:literal)?),* $(,)?
        }
    )*) => {$(
        $(#[$struct_meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $crate::wire::Field<$type>,)*
            /// Members that have no field here, kept as they came.
            pub extra: $crate::wire::json::Map<String, $crate::wire::json::Value>,
        }

        impl $crate::wire::Wire for $name {
            fn from_json(value: $crate::wire::json::Value) -> Result<Self, $crate::wire::json::Value> {
                let $crate::wire::json::Value::Object(mut extra) = value else { return Err(value) };
                Ok(Self {
                    $($field: $crate::wire::Field::read(extra.remove($crate::wire_object!(@name $field $($wire)?))),)*
                    extra,
                })
            }

            fn to_json(&self) -> $crate::wire::json::Value {
                let mut members = self.extra.clone();
                $(if let Some(value) = self.$field.write() {
                    members.insert($crate::wire_object!(@name $field $($wire)?).to_owned(), value);
                })*
                $crate::wire::json::Value::Object(members)
            }

            fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &$crate::wire::json::Value)) {
                $(self.$field.unknown(&$crate::wire::join(at, $crate::wire_object!(@name $field $($wire)?)), found);)*
                for (name, value) in &self.extra {
                    found(&$crate::wire::join(at, name), value);
                }
            }
        }
    )*};
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
}

/// Declares a set of words that a device uses; a word not listed is kept as `Other`.
///
/// ```
/// use shelly_types::{wire::Wire, wire_enum};
///
/// wire_enum! {
///     /// What an output does when power returns.
///     pub enum InitialState {
///         /// Off.
///         Off = "off",
///         /// As it was.
///         RestoreLast = "restore_last",
///     }
/// }
///
/// assert_eq!(InitialState::from_json("off".into()), Ok(InitialState::Off));
/// assert_eq!(InitialState::from_json("new".into()), Ok(InitialState::Other("new".to_owned())));
/// assert_eq!(InitialState::RestoreLast.as_str(), "restore_last");
/// ```
#[macro_export]
macro_rules! wire_enum {
    ($(
        $(#[$enum_meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
        }
    )*) => {$(
        $(#[$enum_meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A word that is not known here.
            Other(String),
        }

        impl $name {
            /// The device's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word),
                }
            }
        }

        impl $crate::wire::Wire for $name {
            fn from_json(value: $crate::wire::json::Value) -> Result<Self, $crate::wire::json::Value> {
                <String as $crate::wire::Wire>::from_json(value).map(Self::from)
            }

            fn to_json(&self) -> $crate::wire::json::Value {
                $crate::wire::json::Value::String(self.as_str().to_owned())
            }
        }
    )*};
}
