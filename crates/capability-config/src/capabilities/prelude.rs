//! Words with which capabilities are declared.

pub(crate) use crate::{
    Restart::{Always, AsToldByDevice},
    Risk, SecretText, SettingValue, Unit,
    capability::{block, choice, document, flag, integer, list, number, secret, text},
};
