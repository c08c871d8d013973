//! Settings of channels: relays, rollers, lights, inputs, meters.

use super::{
    ADD_ON, Each, Group, Kind, Rule, always, general::timetable, rule, shown, to_lights, to_nothing, to_one_relay,
    to_relays, to_roller,
};
use crate::gen1::{
    form::{
        Form::{Flag, Limit, Number, NumberWord, Optional, OptionalWord, Positive, Scaled, Text, Word},
        Words,
    },
    shape::Shape,
};

pub(super) const GROUPS: &[Group] = &[
    Group { kind: "switch", first: Some(0), each: Each::Item("relays"), when: no_roller, rules: SWITCH },
    Group { kind: "cover", first: Some(0), each: Each::Item("rollers"), when: to_roller, rules: COVER },
    Group { kind: "light", first: Some(0), each: Each::Item("lights"), when: always, rules: LIGHT },
    Group { kind: "light", first: Some(0), each: Each::One, when: to_lights, rules: FIRST_LIGHT },
    Group { kind: "input", first: Some(0), each: Each::Input, when: to_relays, rules: RELAY_INPUT },
    Group { kind: "input", first: Some(0), each: Each::Input, when: to_one_relay, rules: ONE_RELAY_INPUT },
    Group { kind: "input", first: Some(0), each: Each::Input, when: to_roller, rules: ROLLER_INPUT },
    Group { kind: "input", first: Some(0), each: Each::Input, when: to_lights, rules: LIGHT_INPUT },
    Group { kind: "input", first: Some(0), each: Each::Input, when: to_nothing, rules: INPUT },
    Group { kind: "input", first: Some(ADD_ON), each: Each::Item("ext_switch"), when: always, rules: ADD_ON_INPUT },
    Group { kind: "em1", first: Some(0), each: Each::Item("emeters"), when: always, rules: EM1 },
    Group { kind: "em", first: Some(0), each: Each::One, when: always, rules: EM },
];

const RELAY: &str = "/settings/relay/{}";
const ROLLER: &str = "/settings/roller/{}";
const LIGHTS: &str = "/settings/light/{}";
const ROOT: &str = "/settings";

/// What an output does when power returns.
const INITIAL: Words = &[("off", "off"), ("on", "on"), ("last", "restore_last"), ("switch", "match_input")];

/// What an input does.
const BUTTON: Words = &[
    ("momentary", "momentary"),
    ("toggle", "follow"),
    ("edge", "flip"),
    ("detached", "detached"),
    ("action", "activate"),
    ("one_button", "dim"),
    ("dual_button", "dual_dim"),
];

/// What is wired to an input that stands for itself.
const WIRED: Words = &[("momentary", "button"), ("toggle", "switch")];

fn no_roller(shape: &Shape) -> bool {
    !to_roller(shape)
}

fn is_dimmer(shape: &Shape) -> bool {
    shape.dimmer
}

fn no_dimmer(shape: &Shape) -> bool {
    !shape.dimmer
}

const SWITCH_TIMES: [Rule; 2] = timetable("relays.{}.schedule", "relays.{}.schedule_rules", RELAY);
const COVER_TIMES: [Rule; 2] = timetable("rollers.{}.schedule", "rollers.{}.schedule_rules", ROLLER);
const LIGHT_TIMES: [Rule; 2] = timetable("lights.{}.schedule", "lights.{}.schedule_rules", LIGHTS);

const SWITCH: &[Rule] = &[
    rule("name", "relays.{}.name", RELAY, "name", Optional),
    rule("appliance_type", "relays.{}.appliance_type", RELAY, "appliance_type", Text),
    rule("in_mode", "relays.{}.btn_type", RELAY, "btn_type", Word(BUTTON)),
    rule("initial_state", "relays.{}.default_state", RELAY, "default_state", Word(INITIAL)),
    rule("auto_on", "relays.{}.auto_on", RELAY, "auto_on", Number).as_kind(Kind::Delay),
    rule("auto_off", "relays.{}.auto_off", RELAY, "auto_off", Number).as_kind(Kind::Delay),
    rule("power_limit", "relays.{}.max_power", RELAY, "max_power", Limit),
    rule("constant_power", "relays.{}.power", "/settings/power/{}", "power", Positive).when(to_relays),
    rule("constant_power", "power", "/settings/power/{}", "power", Positive).when(to_one_relay),
    rule("swap_inputs", "relays.{}.swap_inputs", RELAY, "swap_inputs", Flag),
    SWITCH_TIMES[0],
    SWITCH_TIMES[1],
];

const COVER: &[Rule] = &[
    rule("in_mode", "rollers.{}", ROLLER, "input_mode", Text).as_kind(Kind::RollerInputs),
    rule(
        "initial_state",
        "rollers.{}.default_state",
        ROLLER,
        "default_state",
        Word(&[("stop", "stopped"), ("open", "open"), ("close", "closed")]),
    ),
    rule("maxtime_open", "rollers.{}.maxtime_open", ROLLER, "maxtime_open", Number),
    rule("maxtime_close", "rollers.{}.maxtime_close", ROLLER, "maxtime_close", Number),
    rule("swap_inputs", "rollers.{}.swap_inputs", ROLLER, "swap_inputs", Flag),
    rule("invert_directions", "rollers.{}.swap", ROLLER, "swap", Flag),
    rule("obstruction_detection", "rollers.{}.obstacle_mode", ROLLER, "obstacle_mode", Text).as_kind(Kind::Window),
    rule("obstruction_detection.action", "rollers.{}.obstacle_action", ROLLER, "obstacle_action", Text),
    rule("obstruction_detection.power_thr", "rollers.{}.obstacle_power", ROLLER, "obstacle_power", Number),
    rule("obstruction_detection.holdoff", "rollers.{}.obstacle_delay", ROLLER, "obstacle_delay", Number),
    rule("safety_switch", "rollers.{}.safety_mode", ROLLER, "safety_mode", Text).as_kind(Kind::Window),
    rule("safety_switch.action", "rollers.{}.safety_action", ROLLER, "safety_action", Text),
    rule(
        "safety_switch.allowed_move",
        "rollers.{}.safety_allowed_on_trigger",
        ROLLER,
        "safety_allowed_on_trigger",
        OptionalWord("none"),
    ),
    rule("motor.idle_power_thr", "rollers.{}.off_power", ROLLER, "off_power", Number),
    rule("motor.idle_confirm_period", "rollers.{}.ends_delay", ROLLER, "ends_delay", Scaled(1000.0)),
    shown("positioning", "rollers.{}.positioning", Flag),
    COVER_TIMES[0],
    COVER_TIMES[1],
];

const LIGHT: &[Rule] = &[
    rule("name", "lights.{}.name", LIGHTS, "name", Optional),
    rule("in_mode", "lights.{}.btn_type", LIGHTS, "btn_type", Word(BUTTON)),
    rule("initial_state", "lights.{}.default_state", LIGHTS, "default_state", Word(INITIAL)),
    rule("auto_on", "lights.{}.auto_on", LIGHTS, "auto_on", Number).as_kind(Kind::Delay),
    rule("auto_off", "lights.{}.auto_off", LIGHTS, "auto_off", Number).as_kind(Kind::Delay),
    rule("transition_duration", "lights.{}.transition", LIGHTS, "transition", Scaled(1000.0)).when(no_dimmer),
    rule("btn_debounce", "lights.{}.btn_debounce", LIGHTS, "btn_debounce", Number),
    rule("swap_inputs", "lights.{}.swap_inputs", LIGHTS, "swap_inputs", Flag),
    rule("effect", "lights.{}.effect", LIGHTS, "effect", Number),
    LIGHT_TIMES[0],
    LIGHT_TIMES[1],
];

/// What belongs to the device where there is one light.
const FIRST_LIGHT: &[Rule] = &[
    rule("transition_duration", "transition", ROOT, "transition", Scaled(1000.0)).when(is_dimmer),
    rule("button_fade_rate", "fade_rate", ROOT, "fade_rate", Number),
    rule("min_brightness", "min_brightness", ROOT, "min_brightness", Number),
    rule("pulse_mode", "pulse_mode", ROOT, "pulse_mode", Number),
    rule("zcross_debounce", "zcross_debounce", ROOT, "zcross_debounce", Number),
    // No source tells how these two are written.
    shown("load_autodetect", "load_autodetect", Number),
    shown("bypass", "bypass", Flag),
    rule("night_mode.enable", "night_mode.enabled", "/settings/night_mode", "enabled", Flag),
    rule("night_mode.brightness", "night_mode.brightness", "/settings/night_mode", "brightness", Number),
    rule("night_mode.active_between", "night_mode", "/settings/night_mode", "start_time", Text).as_kind(Kind::Interval),
    rule("warmup.enable", "warm_up.enabled", "/settings/warm_up", "enabled", Flag),
    rule("warmup.brightness", "warm_up.brightness", "/settings/warm_up", "brightness", Number),
    rule("warmup.time_ms", "warm_up.time", "/settings/warm_up", "time", Number),
];

const RESET: Rule = rule("factory_reset", "factory_reset_from_switch", ROOT, "factory_reset_from_switch", Flag);

const RELAY_INPUT: &[Rule] = &[rule("invert", "relays.{}.btn_reverse", RELAY, "btn_reverse", Flag), RESET];

/// The numbers of the inputs begin at 1 in the device's words.
const ONE_RELAY_INPUT: &[Rule] = &[
    rule("in_mode", "relays.0.btn{+}_type", "/settings/relay/0", "btn{+}_type", Word(BUTTON)),
    rule("invert", "relays.0.btn{+}_reverse", "/settings/relay/0", "btn{+}_reverse", Flag),
    RESET,
];

/// Both inputs of a roller share their settings.
const ROLLER_INPUT: &[Rule] = &[
    rule("type", "rollers.0.button_type", "/settings/roller/0", "btn_type", Text).as_kind(Kind::RollerButton(WIRED)),
    rule("invert", "rollers.0.btn_reverse", "/settings/roller/0", "btn_reverse", Flag),
    RESET,
];

const LIGHT_INPUT: &[Rule] = &[rule("invert", "lights.{}.btn_reverse", LIGHTS, "btn_reverse", Flag), RESET];

const INPUT: &[Rule] = &[
    rule("name", "inputs.{}.name", "/settings/input/{}", "name", Optional),
    rule("type", "inputs.{}.btn_type", "/settings/input/{}", "btn_type", Word(WIRED)),
    rule("invert", "inputs.{}.btn_reverse", "/settings/input/{}", "btn_reverse", Flag),
    RESET,
];

const ADD_ON_INPUT: &[Rule] = &[
    rule("enable", "ext_switch_enable", ROOT, "ext_switch_enable", Flag),
    rule("invert", "ext_switch_reverse", ROOT, "ext_switch_reverse", Flag),
    rule("relay_num", "ext_switch.{}.relay_num", "/settings/ext_switch/{}", "relay_num", Number),
];

const EM1: &[Rule] = &[
    rule("name", "emeters.{}.name", "/settings/emeter/{}", "name", Optional),
    rule("appliance_type", "emeters.{}.appliance_type", "/settings/emeter/{}", "appliance_type", Text),
    rule("max_power", "emeters.{}.max_power", "/settings/emeter/{}", "max_power", Number),
    rule("range_extender", "emeters.{}.range_extender", "/settings/emeter/{}", "range_extender", Number),
    rule(
        "ct_type",
        "emeters.{}.ctraf_type",
        "/settings/emeter/{}",
        "ctraf_type",
        NumberWord(&[(50.0, "50A"), (120.0, "120A")]),
    ),
];

/// No source tells how the neutral conductor is written.
const EM: &[Rule] = &[
    shown("cf_output", "cf_output", Number),
    shown("neutral.mismatch_threshold", "emeter_n.mismatch_threshold", Number),
    shown("neutral.range_extender", "emeter_n.range_extender", Number),
];
