//! States the facts of a setting where it is declared.

use std::marker::PhantomData;

use crate::{Release, Restart, Risk, SecretText, SettingFacts, SettingValue, Unit, ValueType};

/// Facts of a setting without its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) value: ValueType,
    pub(crate) unit: Option<Unit>,
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
    pub(crate) write_only: bool,
    pub(crate) read_only: bool,
    pub(crate) is_document: bool,
    restart: Restart,
    risk: Risk,
    read_only_on_gen1: bool,
    read_only_on_rpc: bool,
    gen1: bool,
    rpc: bool,
    since: Option<Release>,
    removed_in: Option<Release>,
    shown_when_set: bool,
}

impl Spec {
    /// The row of the setting at this place.
    pub(crate) fn row(
        &self,
        kind: &'static str,
        has_instances: bool,
        field: &'static str,
        help: &'static str,
    ) -> SettingFacts {
        let Self { value, unit, nullable, sensitive, write_only, read_only, is_document, restart, risk, .. } = *self;
        let Self { read_only_on_gen1, read_only_on_rpc, gen1, rpc, since, removed_in, shown_when_set, .. } = *self;
        SettingFacts {
            kind,
            has_instances,
            field,
            help,
            value,
            unit,
            nullable,
            sensitive,
            write_only,
            read_only,
            is_document,
            read_only_on_gen1,
            read_only_on_rpc,
            restart,
            risk,
            gen1,
            rpc,
            since,
            removed_in,
            shown_when_set,
        }
    }
}

/// Facts of a setting of the Rust type `T`.
pub(crate) struct Facts<T>(Spec, PhantomData<fn() -> T>);

fn facts<T>(value: ValueType) -> Facts<T> {
    let spec = Spec {
        value,
        unit: None,
        nullable: false,
        sensitive: false,
        write_only: false,
        read_only: false,
        is_document: false,
        restart: Restart::No,
        risk: Risk::None,
        read_only_on_gen1: false,
        read_only_on_rpc: false,
        gen1: false,
        rpc: true,
        since: None,
        removed_in: None,
        shown_when_set: false,
    };
    Facts(spec, PhantomData)
}

/// True or false.
pub(crate) fn flag() -> Facts<bool> {
    facts(ValueType::Bool)
}

/// A number.
pub(crate) fn number() -> Facts<f64> {
    facts(ValueType::Number { min: None, max: None })
}

/// A whole number.
pub(crate) fn integer() -> Facts<i64> {
    facts(ValueType::Integer { min: None, max: None })
}

/// Text of at most `max` characters; 0 for no known limit.
pub(crate) fn text(max: u32) -> Facts<String> {
    facts(ValueType::Text { max_length: (max > 0).then_some(max) })
}

/// Text that is not shown by anybody: the device takes it and never gives it back.
pub(crate) fn secret(max: u32) -> Facts<SecretText> {
    let mut facts = facts(ValueType::Text { max_length: (max > 0).then_some(max) });
    facts.0.sensitive = true;
    facts.0.write_only = true;
    facts
}

/// Text that the device shows and we do not.
pub(crate) fn masked(max: u32) -> Facts<SecretText> {
    secret(max).with(|spec| spec.write_only = false)
}

/// Text, a number, or true or false.
pub(crate) fn plain() -> Facts<SettingValue> {
    facts(ValueType::Plain)
}

/// An object or list of free form, as the text of its JSON.
pub(crate) fn document() -> Facts<String> {
    let mut facts = facts(ValueType::Text { max_length: None });
    facts.0.is_document = true;
    facts
}

/// One of these words.
pub(crate) fn choice(words: &'static [&'static str]) -> Facts<String> {
    facts(ValueType::Choice { words })
}

/// A list, set as a whole.
pub(crate) fn list() -> Facts<Vec<SettingValue>> {
    facts(ValueType::List)
}

impl<T> Facts<T> {
    /// The facts without the type.
    pub(crate) fn spec(self) -> Spec {
        self.0
    }

    fn with(mut self, change: impl FnOnce(&mut Spec)) -> Self {
        change(&mut self.0);
        self
    }

    /// Null is a value of its own.
    pub(crate) fn nullable(self) -> Self {
        self.with(|spec| spec.nullable = true)
    }

    /// The unit of the number.
    pub(crate) fn unit(self, unit: Unit) -> Self {
        self.with(|spec| spec.unit = Some(unit))
    }

    /// The device reports it but nobody can set it.
    pub(crate) fn read_only(self) -> Self {
        self.with(|spec| spec.read_only = true)
    }

    /// Gen1 reports it but nobody can set it there.
    pub(crate) fn read_only_on_gen1(self) -> Self {
        self.with(|spec| (spec.gen1, spec.read_only_on_gen1) = (true, true))
    }

    /// Gen2 and later report it but nobody can set it there.
    pub(crate) fn read_only_on_rpc(self) -> Self {
        self.with(|spec| spec.read_only_on_rpc = true)
    }

    /// When it takes effect.
    pub(crate) fn restart(self, restart: Restart) -> Self {
        self.with(|spec| spec.restart = restart)
    }

    /// What a wrong value may cost.
    pub(crate) fn risk(self, risk: Risk) -> Self {
        self.with(|spec| spec.risk = risk)
    }

    /// Every generation has it.
    pub(crate) fn both(self) -> Self {
        self.with(|spec| spec.gen1 = true)
    }

    /// Only Gen1 has it.
    pub(crate) fn gen1(self) -> Self {
        self.with(|spec| (spec.gen1, spec.rpc) = (true, false))
    }

    /// First firmware of Gen2 and later that has it.
    pub(crate) fn since(self, major: u32, minor: u32, patch: u32) -> Self {
        self.with(|spec| spec.since = Some(Release(major, minor, patch)))
    }

    /// First firmware of Gen2 and later that has it no more.
    pub(crate) fn removed_in(self, major: u32, minor: u32, patch: u32) -> Self {
        self.with(|spec| spec.removed_in = Some(Release(major, minor, patch)))
    }

    /// Devices may leave it out of their answer while it is not set.
    pub(crate) fn shown_when_set(self) -> Self {
        self.with(|spec| spec.shown_when_set = true)
    }
}

/// Limits of the number types.
macro_rules! limits {
    ($($type:ty => $variant:ident),*) => {$(
        impl Facts<$type> {
            /// Least and greatest value.
            pub(crate) fn range(self, least: f64, greatest: f64) -> Self {
                self.with(|spec| spec.value = ValueType::$variant { min: Some(least), max: Some(greatest) })
            }

            /// Least value.
            pub(crate) fn min(self, least: f64) -> Self {
                self.with(|spec| spec.value = ValueType::$variant { min: Some(least), max: None })
            }
        }
    )*};
}

limits!(f64 => Number, i64 => Integer);
