//! Macros that declare methods and optional parameters.

/// Declares calls of [`Client`](crate::Client) and the list of their methods.
///
/// Before the semicolon stand the parameters that are always sent, after it those that may be none; `..name: Type`
/// takes a structure of [`options!`]. A name on the wire that differs follows an equals sign. With `part in KINDS` the
/// first argument is a component key, and the method is that of its namespace.
macro_rules! methods {
    ($(
        $(#[$doc:meta])*
        fn $name:ident(
            $($arg:ident : $type:ty $(= $wire:literal)?),*
            $(; $($opt:ident : $opt_type:ty $(= $opt_wire:literal)?),+)?
            $(; $(..$more:ident : $more_type:ty),+)?
        ) $(-> $answer:ty)? = $method:literal;
    )*) => {
        impl<C: $crate::Channel> $crate::Client<C> {$(
            $(#[$doc])*
            pub async fn $name(
                &self
                $(, $arg: $type)*
                $($(, $opt: Option<$opt_type>)+)?
                $($(, $more: &$more_type)+)?
            ) -> Result<methods!(@answer $($answer)?), $crate::Error> {
                let params = methods!(@params
                    [$($arg $(= $wire)?),*] [$($($opt $(= $opt_wire)?),+)?] [$($($more),+)?]);
                methods!(@send self, $method, params $(, $answer)?)
            }
        )*}

        /// The methods that are declared here.
        pub(super) const METHODS: &[$crate::methods::Method] = &[$(
            methods!(@method &[], $method, [$($arg $(= $wire)?),*] [$($($opt $(= $opt_wire)?),+)?] [$($($more_type),+)?]
                $(, $answer)?),
        )*];
    };
    (of $kinds:ident as $list:ident: $(
        $(#[$doc:meta])*
        fn $name:ident(
            $key:ident
            $(, $arg:ident : $type:ty $(= $wire:literal)?)*
            $(; $($opt:ident : $opt_type:ty $(= $opt_wire:literal)?),+)?
            $(; $(..$more:ident : $more_type:ty),+)?
        ) $(-> $answer:ty)? = $method:literal;
    )*) => {
        impl<C: $crate::Channel> $crate::Client<C> {$(
            $(#[$doc])*
            pub async fn $name(
                &self,
                $key: &shelly_types::ComponentKey
                $(, $arg: $type)*
                $($(, $opt: Option<$opt_type>)+)?
                $($(, $more: &$more_type)+)?
            ) -> Result<methods!(@answer $($answer)?), $crate::Error> {
                let method = format!(concat!("{}.", $method), $crate::components::namespace($key.kind()));
                let id = $key.id().unwrap_or(0);
                let params = methods!(@params
                    [id $(, $arg $(= $wire)?)*] [$($($opt $(= $opt_wire)?),+)?] [$($($more),+)?]);
                methods!(@send self, &method, params $(, $answer)?)
            }
        )*}

        /// The methods that several namespaces share.
        pub(super) const $list: &[$crate::methods::Method] = &[$(
            methods!(@method $kinds, $method, [id $(, $arg $(= $wire)?)*] [$($($opt $(= $opt_wire)?),+)?]
                [$($($more_type),+)?] $(, $answer)?),
        )*];
    };

    (@answer) => { () };
    (@answer $answer:ty) => { $answer };
    (@send $client:ident, $method:expr, $params:ident) => { $client.command($method, $params).await };
    (@send $client:ident, $method:expr, $params:ident, $answer:ty) => {
        $client.ask::<$answer>($method, $params).await
    };
    (@name $arg:ident) => { stringify!($arg) };
    (@name $arg:ident = $wire:literal) => { $wire };
    (@params [] [] []) => { None };
    (@params [$($arg:ident $(= $wire:literal)?),*] [$($opt:ident $(= $opt_wire:literal)?),*] [$($more:ident),*]) => {{
        let mut params = serde_json::Map::new();
        $(params.insert(methods!(@name $arg $(= $wire)?).to_owned(), $crate::methods::Param::param(&$arg));)*
        $(if let Some(value) = $opt {
            params.insert(methods!(@name $opt $(= $opt_wire)?).to_owned(), $crate::methods::Param::param(&value));
        })*
        $($crate::methods::Options::put($more, &mut params);)*
        Some(serde_json::Value::Object(params))
    }};
    (@leftover) => { $crate::methods::no_answer };
    (@leftover $answer:ty) => { $crate::methods::leftover::<$answer> };
    (@method $namespaces:expr, $method:literal, [$($arg:ident $(= $wire:literal)?),*]
        [$($opt:ident $(= $opt_wire:literal)?),*] [$($more:ty),*] $(, $answer:ty)?) => {
        $crate::methods::Method {
            namespaces: $namespaces,
            name: $method,
            required: &[$(methods!(@name $arg $(= $wire)?)),*],
            optional: &[$(methods!(@name $opt $(= $opt_wire)?)),*],
            more: &[$(<$more as $crate::methods::Options>::NAMES),*],
            leftover: methods!(@leftover $($answer)?),
        }
    };
}

/// Declares optional parameters of methods; what is none is not sent.
macro_rules! options {
    ($(
        $(#[$struct_meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident : Option<$type:ty> $(= $wire:literal)?),* $(,)?
        }
    )*) => {$(
        $(#[$struct_meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: Option<$type>,)*
        }

        impl $crate::methods::Options for $name {
            const NAMES: &'static [&'static str] = &[$(methods!(@name $field $(= $wire)?)),*];

            fn put(&self, params: &mut serde_json::Map<String, serde_json::Value>) {
                $(if let Some(value) = &self.$field {
                    params.insert(methods!(@name $field $(= $wire)?).to_owned(), $crate::methods::Param::param(value));
                })*
            }
        }
    )*};
}
