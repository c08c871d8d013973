//! Calls the methods of a device with typed parameters and answers: one file for each namespace.
//!
//! A parameter that every call needs is an argument; the others are an `Option`, alone or in a structure, and are not
//! sent when they are none. `GetConfig`, `GetStatus` and `SetConfig` are the same for all components, see
//! [`Client::component_config`](crate::Client::component_config).

#[macro_use]
mod declare;

pub mod addon;
pub mod ble;
pub mod blumcb;
pub mod blutrv;
pub mod bthome;
pub mod camera;
pub mod cb;
pub mod common;
pub mod component;
pub mod cover;
pub mod cury;
pub mod dali;
pub mod em;
pub mod eth;
pub mod fan;
pub mod gattc;
pub mod http;
pub mod infrared;
pub mod input;
pub mod knx;
pub mod kvs;
pub mod ledstrip;
pub mod light;
pub mod lnm;
pub mod lora;
pub mod matter;
pub mod mbrtuclient;
pub mod media;
pub mod meter;
pub mod ota;
pub mod pilotwire;
pub mod presence;
pub mod rpc;
pub mod schedule;
pub mod script;
pub mod service;
pub mod shelly;
pub mod shelr;
pub mod smoke;
pub mod switch;
pub mod sys;
pub mod thermostat;
pub mod ui;
pub mod virtuals;
pub mod webhook;
pub mod wifi;
pub mod xmod;
pub mod zigbee;

use serde_json::{Map, Value};
use shelly_types::{ComponentKey, wire::Wire};

/// A method that has a typed call.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Namespaces that have it; empty when it has a full name.
    pub namespaces: &'static [&'static str],
    /// Name: `Switch.Set`, or `Toggle` in each of the namespaces.
    pub name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    more: &'static [&'static [&'static str]],
    leftover: fn(Value) -> Vec<String>,
}

impl Method {
    /// The full names.
    pub fn names(&self) -> Vec<String> {
        if self.namespaces.is_empty() {
            return vec![self.name.to_owned()];
        }
        self.namespaces.iter().map(|namespace| format!("{namespace}.{}", self.name)).collect()
    }

    /// The names of its parameters, as they are sent.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).chain(self.more.iter().copied().flatten()).copied()
    }

    /// The paths in an answer that the call keeps without understanding them; empty when the call gives nothing back.
    pub fn leftover(&self, answer: Value) -> Vec<String> {
        (self.leftover)(answer)
    }
}

/// Every method that has a typed call, beside `GetConfig`, `GetStatus` and `SetConfig` of the components.
pub fn all() -> impl Iterator<Item = &'static Method> {
    [
        addon::METHODS,
        ble::METHODS,
        blumcb::METHODS,
        blutrv::METHODS,
        blutrv::REMOTE,
        bthome::METHODS,
        camera::METHODS,
        cb::METHODS,
        cover::METHODS,
        cury::METHODS,
        dali::METHODS,
        em::METHODS,
        em::DATA,
        em::SHARED,
        eth::METHODS,
        fan::METHODS,
        gattc::METHODS,
        http::METHODS,
        infrared::METHODS,
        input::METHODS,
        knx::METHODS,
        kvs::METHODS,
        ledstrip::METHODS,
        light::METHODS,
        light::SHARED,
        lnm::METHODS,
        lora::METHODS,
        matter::METHODS,
        mbrtuclient::METHODS,
        media::METHODS,
        meter::METHODS,
        meter::SHARED,
        ota::METHODS,
        pilotwire::METHODS,
        presence::METHODS,
        rpc::METHODS,
        schedule::METHODS,
        script::METHODS,
        service::METHODS,
        shelly::METHODS,
        shelr::METHODS,
        smoke::METHODS,
        switch::METHODS,
        sys::METHODS,
        thermostat::METHODS,
        ui::METHODS,
        virtuals::METHODS,
        webhook::METHODS,
        wifi::METHODS,
        xmod::METHODS,
        zigbee::METHODS,
    ]
    .into_iter()
    .flatten()
}

/// Optional parameters of a method.
pub(crate) trait Options {
    /// Their names, as they are sent.
    const NAMES: &'static [&'static str];

    /// Adds those that are not none.
    fn put(&self, params: &mut Map<String, Value>);
}

/// What can be a parameter.
pub(crate) trait Param {
    fn param(&self) -> Value;
}

/// Writes wire types as parameters.
macro_rules! wire_params {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::methods::Param for $type {
            fn param(&self) -> serde_json::Value {
                shelly_types::wire::Wire::to_json(self)
            }
        }
    )*};
}
pub(crate) use wire_params;

wire_params!(bool, i64, u8, u16, u32, u64, String, Value);

impl Param for usize {
    fn param(&self) -> Value {
        Value::from(*self)
    }
}

/// Numbers are whole where possible, because older firmware refuses a fraction.
impl Param for f64 {
    fn param(&self) -> Value {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        if self.fract() == 0.0 && self.abs() < 1e9 { Value::from(*self as i64) } else { Value::from(*self) }
    }
}

impl Param for str {
    fn param(&self) -> Value {
        Value::from(self)
    }
}

impl Param for ComponentKey {
    fn param(&self) -> Value {
        Value::from(self.to_string())
    }
}

impl<T: Param> Param for [T] {
    fn param(&self) -> Value {
        self.iter().map(T::param).collect()
    }
}

impl<T: Param> Param for Vec<T> {
    fn param(&self) -> Value {
        self.as_slice().param()
    }
}

impl<T: Param, const N: usize> Param for [T; N] {
    fn param(&self) -> Value {
        self.as_slice().param()
    }
}

impl<T: Param + ?Sized> Param for &T {
    fn param(&self) -> Value {
        T::param(self)
    }
}

/// None is sent as null, which clears what is there.
impl<T: Param> Param for Option<T> {
    fn param(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::param)
    }
}

impl Param for Map<String, Value> {
    fn param(&self) -> Value {
        Value::Object(self.clone())
    }
}

/// What of an answer `T` keeps without understanding it.
pub(crate) fn leftover<T: Wire>(answer: Value) -> Vec<String> {
    let answer = if answer.is_null() { Value::Object(Map::new()) } else { answer };
    let mut found = Vec::new();
    match T::from_json(answer) {
        Ok(read) => read.unknown("", &mut |path, _| found.push(path.to_owned())),
        Err(odd) => found.push(odd.to_string()),
    }
    found
}

/// Nothing is left of an answer that brings nothing.
pub(crate) fn no_answer(_: Value) -> Vec<String> {
    Vec::new()
}
