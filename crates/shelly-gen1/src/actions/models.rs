//! Lists the actions of each model (reference/gen1/endpoints.json, `action_names`).

use super::ActionName::{
    self, AdcOver, AdcUnder, AlarmHeavy, AlarmMild, AlarmOff, Btn1Longpush, Btn1Off, Btn1On, Btn1Shortpush,
    Btn2Longpush, Btn2Off, Btn2On, Btn2Shortpush, BtnOff, BtnOn, Close, Dark, DoubleShortpush, ExtHumOver, ExtHumUnder,
    ExtTempOver, ExtTempUnder, FloodDetected, FloodGone, HumOver, HumUnder, Longpush, LongpushShortpush, LpOff, LpOn,
    NMismatch, Open, OutOff, OutOn, OverPower, Report, RollerClose, RollerOpen, RollerStop, Shortpush,
    ShortpushLongpush, TempOver, TempUnder, TripleShortpush, Twilight, UnderPower, Vibration,
};

type Actions = &'static [(ActionName, u32)];

/// Model, mode where it matters, and its actions with the number of channels each.
const MODELS: &[(&str, Option<&str>, Actions)] = &[
    (
        "SHSW-1",
        None,
        &[
            (BtnOn, 1),
            (BtnOff, 1),
            (Longpush, 1),
            (Shortpush, 1),
            (OutOn, 1),
            (OutOff, 1),
            (LpOn, 1),
            (LpOff, 1),
            (Report, 3),
            (ExtTempOver, 3),
            (ExtTempUnder, 3),
            (ExtHumOver, 1),
            (ExtHumUnder, 1),
        ],
    ),
    (
        "SHSW-L",
        None,
        &[
            (Btn1On, 1),
            (Btn1Off, 1),
            (Btn1Longpush, 1),
            (Btn1Shortpush, 1),
            (Btn2On, 1),
            (Btn2Off, 1),
            (Btn2Longpush, 1),
            (Btn2Shortpush, 1),
            (OutOn, 1),
            (OutOff, 1),
        ],
    ),
    ("SHBDUO-1", None, &[(OutOn, 1), (OutOff, 1)]),
    ("SHBTN-2", None, &[(Shortpush, 1), (Longpush, 1), (DoubleShortpush, 1), (TripleShortpush, 1)]),
    ("SHCB-1", None, &[(OutOn, 1), (OutOff, 1)]),
    (
        "SHDM-2",
        None,
        &[
            (Btn1On, 1),
            (Btn1Off, 1),
            (Btn1Longpush, 1),
            (Btn1Shortpush, 1),
            (Btn2On, 1),
            (Btn2Off, 1),
            (Btn2Longpush, 1),
            (Btn2Shortpush, 1),
            (OutOn, 1),
            (OutOff, 1),
        ],
    ),
    (
        "SHDW-2",
        None,
        &[(Report, 1), (Dark, 1), (Twilight, 1), (Open, 1), (Close, 1), (Vibration, 1), (TempOver, 1), (TempUnder, 1)],
    ),
    ("SHEM-3", None, &[(OutOn, 1), (OutOff, 1), (OverPower, 4), (UnderPower, 4), (NMismatch, 1)]),
    ("SHWT-1", None, &[(Report, 1), (FloodDetected, 1), (FloodGone, 1), (TempOver, 1), (TempUnder, 1)]),
    ("SHGS-1", None, &[(AlarmOff, 1), (AlarmMild, 1), (AlarmHeavy, 1)]),
    ("SHHT-1", None, &[(Report, 1), (TempOver, 1), (TempUnder, 1), (HumOver, 1), (HumUnder, 1)]),
    (
        "SHIX3-1",
        None,
        &[
            (BtnOn, 3),
            (BtnOff, 3),
            (Shortpush, 3),
            (Longpush, 3),
            (DoubleShortpush, 3),
            (TripleShortpush, 3),
            (ShortpushLongpush, 3),
            (LongpushShortpush, 3),
        ],
    ),
    ("SHPLG-S", None, &[(BtnOn, 1), (OutOn, 1), (OutOff, 1)]),
    ("SHRGBW2", Some("white"), &[(BtnOn, 1), (BtnOff, 1), (Longpush, 1), (Shortpush, 1), (OutOn, 4), (OutOff, 4)]),
    ("SHRGBW2", Some("color"), &[(BtnOn, 1), (BtnOff, 1), (OutOn, 1), (OutOff, 1), (Longpush, 1), (Shortpush, 1)]),
    (
        "SHSW-25",
        None,
        &[
            (BtnOn, 2),
            (BtnOff, 2),
            (Longpush, 2),
            (Shortpush, 2),
            (OutOn, 2),
            (OutOff, 2),
            (RollerOpen, 1),
            (RollerClose, 1),
            (RollerStop, 1),
        ],
    ),
    (
        "SHUNI-1",
        None,
        &[
            (OutOn, 2),
            (OutOff, 2),
            (BtnOn, 2),
            (BtnOff, 2),
            (Longpush, 2),
            (Shortpush, 2),
            (AdcOver, 1),
            (AdcUnder, 1),
            (Report, 3),
            (ExtTempOver, 5),
            (ExtTempUnder, 5),
            (ExtHumOver, 1),
            (ExtHumUnder, 1),
        ],
    ),
    ("SHVIN-1", None, &[(OutOn, 1), (OutOff, 1)]),
    ("SHAIR-1", None, &[(BtnOn, 1), (BtnOff, 1), (Longpush, 1), (Shortpush, 1), (OutOn, 1), (OutOff, 1)]),
    (
        "SHSW-PM",
        None,
        &[
            (BtnOn, 1),
            (BtnOff, 1),
            (Longpush, 1),
            (Shortpush, 1),
            (OutOn, 1),
            (OutOff, 1),
            (LpOn, 1),
            (LpOff, 1),
            (Report, 3),
            (ExtTempOver, 3),
            (ExtTempUnder, 3),
            (ExtHumOver, 1),
            (ExtHumUnder, 1),
        ],
    ),
];

/// The actions of a model, each with the number of channels, inputs or sensors that have it. `mode` is asked for by the
/// RGBW2 only. Empty for a model that is not listed; it may know actions all the same, as Motion and the radiator valve do.
pub fn of_model(model: &str, mode: Option<&str>) -> &'static [(ActionName, u32)] {
    let mut rows = MODELS.iter().filter(|(listed, ..)| *listed == model);
    let fits = |listed: Option<&str>| listed.is_none() || listed == mode;
    rows.find(|(_, listed, _)| fits(*listed)).map_or(&[], |(.., actions)| actions)
}
