//! Lists the readings of lights, `CoIoT` v1 (reference/gen1/coiot.json).

use super::{
    Table, Version, row,
    unit::{K, NO, PC, W, WMIN},
};
use crate::reading::{
    Component::{Input, Light},
    Quantity as Q,
};

pub(super) const TABLES: &[Table] = &[
    Table {
        model: "SHCB-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(181, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Red, NO, ""),
            row(121, Light(0), Q::Green, NO, ""),
            row(131, Light(0), Q::Blue, NO, ""),
            row(141, Light(0), Q::White, NO, ""),
            row(151, Light(0), Q::Gain, PC, ""),
            row(171, Light(0), Q::Brightness, PC, ""),
            row(161, Light(0), Q::ColorTemperature, K, ""),
        ],
    },
    Table {
        model: "SHBLB-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(181, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Red, NO, ""),
            row(121, Light(0), Q::Green, NO, ""),
            row(131, Light(0), Q::Blue, NO, ""),
            row(141, Light(0), Q::White, NO, ""),
            row(151, Light(0), Q::Gain, PC, ""),
            row(171, Light(0), Q::Brightness, PC, ""),
            row(161, Light(0), Q::ColorTemperature, K, ""),
        ],
    },
    Table {
        model: "SHCL-255",
        version: Version::V1,
        mode: None,
        rows: &[
            row(181, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Red, NO, ""),
            row(121, Light(0), Q::Green, NO, ""),
            row(131, Light(0), Q::Blue, NO, ""),
            row(141, Light(0), Q::White, NO, ""),
            row(151, Light(0), Q::Gain, PC, ""),
            row(171, Light(0), Q::Brightness, PC, ""),
            row(161, Light(0), Q::ColorTemperature, K, ""),
        ],
    },
    Table {
        model: "SHDIMW-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(121, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(131, Input(0), Q::Input, NO, ""),
        ],
    },
    Table {
        model: "SHDM-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(121, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(131, Input(0), Q::Input, NO, ""),
            row(141, Input(1), Q::Input, NO, ""),
        ],
    },
    Table {
        model: "SHDM-2",
        version: Version::V1,
        mode: None,
        rows: &[
            row(121, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(131, Input(0), Q::Input, NO, ""),
            row(141, Input(1), Q::Input, NO, ""),
        ],
    },
    Table {
        model: "SHBDUO-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(121, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(131, Light(0), Q::ColorTemperature, K, ""),
            row(141, Light(0), Q::Power, W, "-1"),
            row(211, Light(0), Q::EnergyMinute1, WMIN, ""),
        ],
    },
    Table {
        model: "SHRGBWW-01",
        version: Version::V1,
        mode: None,
        rows: &[
            row(181, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Red, NO, ""),
            row(121, Light(0), Q::Green, NO, ""),
            row(131, Light(0), Q::Blue, NO, ""),
            row(141, Light(0), Q::White, NO, ""),
            row(151, Light(0), Q::Gain, PC, ""),
            row(171, Light(0), Q::Brightness, PC, ""),
            row(161, Light(0), Q::ColorTemperature, K, ""),
        ],
    },
    Table {
        model: "SHRGBW2",
        version: Version::V1,
        mode: Some("color"),
        rows: &[
            row(161, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Red, NO, ""),
            row(121, Light(0), Q::Green, NO, ""),
            row(131, Light(0), Q::Blue, NO, ""),
            row(141, Light(0), Q::White, NO, ""),
            row(151, Light(0), Q::Gain, PC, ""),
        ],
    },
    Table {
        model: "SHRGBW2",
        version: Version::V1,
        mode: Some("white"),
        rows: &[
            row(151, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(161, Light(1), Q::Output, NO, ""),
            row(121, Light(1), Q::Brightness, PC, ""),
            row(171, Light(2), Q::Output, NO, ""),
            row(131, Light(2), Q::Brightness, PC, ""),
            row(181, Light(3), Q::Output, NO, ""),
            row(141, Light(3), Q::Brightness, PC, ""),
        ],
    },
    Table { model: "SHRGBW2", version: Version::V1, mode: None, rows: &[row(118, Input(0), Q::Input, NO, "")] },
    Table {
        model: "SHVIN-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(121, Light(0), Q::Output, NO, ""),
            row(111, Light(0), Q::Brightness, PC, ""),
            row(141, Light(0), Q::Power, W, "-1"),
            row(211, Light(0), Q::EnergyMinute1, WMIN, ""),
        ],
    },
];
