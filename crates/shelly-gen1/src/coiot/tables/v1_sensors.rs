//! Lists the readings of sensors and buttons, `CoIoT` v1 (reference/gen1/coiot.json).

use super::{
    Table, Version, row,
    unit::{C, LUX, NO, PC, PPM},
};
use crate::reading::{
    Component::{Device, Input, Sensor},
    Quantity as Q,
};

pub(super) const TABLES: &[Table] = &[
    Table {
        model: "SHBTN-2",
        version: Version::V1,
        mode: None,
        rows: &[
            row(118, Input(0), Q::Input, NO, ""),
            row(119, Input(0), Q::InputEvent, NO, ""),
            row(120, Input(0), Q::InputEventCount, NO, ""),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table {
        model: "SHBTN-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(118, Input(0), Q::Input, NO, ""),
            row(119, Input(0), Q::InputEvent, NO, ""),
            row(120, Input(0), Q::InputEventCount, NO, ""),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table {
        model: "SHDW-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(55, Sensor(0), Q::Open, NO, "-1"),
            row(66, Sensor(0), Q::Illuminance, LUX, "-1"),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table {
        model: "SHDW-2",
        version: Version::V1,
        mode: None,
        rows: &[
            row(55, Sensor(0), Q::Open, NO, "-1"),
            row(66, Sensor(0), Q::Illuminance, LUX, "-1"),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table {
        model: "SHWT-1",
        version: Version::V1,
        mode: None,
        rows: &[row(33, Sensor(0), Q::Temperature, C, "999"), row(23, Sensor(0), Q::Flood, NO, "-1")],
    },
    Table {
        model: "SHGS-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(118, Sensor(0), Q::GasOperation, NO, "unknown"),
            row(120, Sensor(0), Q::SelfTest, NO, ""),
            row(119, Sensor(0), Q::GasAlarm, NO, "unknown"),
            row(122, Sensor(0), Q::GasConcentration, PPM, "-1"),
        ],
    },
    Table {
        model: "SHHT-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(33, Sensor(0), Q::Temperature, C, "999"),
            row(44, Sensor(0), Q::Humidity, PC, "999"),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table {
        model: "SHIX3-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(118, Input(0), Q::Input, NO, ""),
            row(119, Input(0), Q::InputEvent, NO, ""),
            row(120, Input(0), Q::InputEventCount, NO, ""),
            row(128, Input(1), Q::Input, NO, ""),
            row(129, Input(1), Q::InputEvent, NO, ""),
            row(130, Input(1), Q::InputEventCount, NO, ""),
            row(138, Input(2), Q::Input, NO, ""),
            row(139, Input(2), Q::InputEvent, NO, ""),
            row(140, Input(2), Q::InputEventCount, NO, ""),
        ],
    },
    Table {
        model: "SHMOS-02",
        version: Version::V1,
        mode: None,
        rows: &[row(33, Sensor(0), Q::Temperature, C, "999")],
    },
    Table {
        model: "SHSEN-1",
        version: Version::V1,
        mode: None,
        rows: &[
            row(33, Sensor(0), Q::Temperature, C, "999"),
            row(44, Sensor(0), Q::Humidity, PC, "999"),
            row(11, Sensor(0), Q::Motion, NO, "-1"),
            row(66, Sensor(0), Q::Illuminance, LUX, "-1"),
            row(22, Device, Q::Charger, NO, "-1"),
            row(77, Device, Q::Battery, PC, "-1"),
        ],
    },
    Table { model: "SHSM-01", version: Version::V1, mode: None, rows: &[row(77, Device, Q::Battery, PC, "-1")] },
    Table { model: "SHSM-02", version: Version::V1, mode: None, rows: &[row(77, Device, Q::Battery, PC, "-1")] },
];
