//! Declares a capability once: its typed block, its facts, its conversions and its schema.

mod blocks;
mod leaf;
mod spec;

pub(crate) use blocks::{Block, Member, Put, Take, facts_of, nested, put_leaf, read, take_leaf};
pub use leaf::Managed;
pub(crate) use spec::{Facts, Spec, choice, document, flag, integer, list, masked, number, plain, secret, text};

/// Declares a block of settings. A member with `= facts` is a setting, one without is a block within this one; the
/// name in brackets is the device's where Rust does not allow it as a field name.
///
/// ```text
/// block! {
///     /// Relay.
///     pub struct Switch {
///         /// Name shown to people.
///         name: String = text(64).nullable().both(),
///         /// Counters of use.
///         counts: SwitchCounts,
///     }
/// }
/// ```
macro_rules! block {
    ($(
        $(#[doc = $block_help:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $help:literal])+
                $field:ident $(($word:literal))? : $type:ty $(= $facts:expr)?
            ),* $(,)?
        }
    )*) => {$(
        $(#[doc = $block_help])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[doc = $help])+ pub $field: $crate::capability::block!(@type $type $(= $facts)?),)*
        }

        impl $crate::capability::Block for $name {
            const NAME: &'static str = stringify!($name);
            const HELP: &'static str = concat!($($block_help),+);

            fn members() -> Vec<$crate::capability::Member> {
                vec![$($crate::capability::block!(
                    @member $crate::capability::block!(@word $field $($word)?), concat!($($help),+), $type $(= $facts)?
                )),*]
            }

            fn put(&self, at: &str, put: &mut $crate::capability::Put<'_>) {
                $($crate::capability::block!(
                    @put self.$field, $crate::capability::block!(@word $field $($word)?), at, put, $type $(= $facts)?
                );)*
            }

            fn take(at: &str, take: &mut $crate::capability::Take<'_>) -> Self {
                Self {
                    $($field: $crate::capability::block!(
                        @take $crate::capability::block!(@word $field $($word)?), at, take, $type $(= $facts)?
                    ),)*
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::capability::nested(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::capability::read(&value).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::schema::block::<Self>(generator)
            }
        }
    )*};

    (@type $type:ty = $facts:expr) => { Option<$crate::Managed<$type>> };
    (@type $type:ty) => { $type };

    (@word $field:ident $word:literal) => { $word };
    (@word $field:ident) => { stringify!($field) };

    (@member $word:expr, $help:expr, $type:ty = $facts:expr) => {{
        let facts: $crate::capability::Facts<$type> = $facts;
        $crate::capability::Member::Leaf { word: $word, help: $help, spec: facts.spec() }
    }};
    (@member $word:expr, $help:expr, $type:ty) => {
        $crate::capability::Member::Block {
            word: $word,
            members: <$type as $crate::capability::Block>::members,
            schema: |generator| generator.subschema_for::<$type>(),
        }
    };

    (@put $value:expr, $word:expr, $at:expr, $put:expr, $type:ty = $facts:expr) => {
        $crate::capability::put_leaf($value.as_ref(), $at, $word, $put)
    };
    (@put $value:expr, $word:expr, $at:expr, $put:expr, $type:ty) => {
        $crate::capability::Block::put(&$value, &$crate::capability::join($at, $word), $put)
    };

    (@take $word:expr, $at:expr, $take:expr, $type:ty = $facts:expr) => {
        $crate::capability::take_leaf($at, $word, $take)
    };
    (@take $word:expr, $at:expr, $take:expr, $type:ty) => {
        <$type as $crate::capability::Block>::take(&$crate::capability::join($at, $word), $take)
    };
}

pub(crate) use block;

/// `at` extended by a word.
pub(crate) fn join(at: &str, word: &str) -> String {
    if at.is_empty() { word.to_owned() } else { format!("{at}.{word}") }
}
