//! Lists the events that can have a webhook, with what is told about each.
//!
//! Which of them a device has depends on its model and firmware: [`Client::webhook_events`](crate::Client::webhook_events)
//! asks it. What is told about alarms and about some inputs is not documented (gaps 23).

/// An event that can have a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookEvent {
    /// Name, such as `switch.on`.
    pub name: &'static str,
    /// What `${ev.<name>}` stands for in an address.
    pub attributes: &'static [HookAttribute],
}

/// What is told about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HookAttribute {
    /// Name.
    pub name: &'static str,
    /// Unit; empty when it has none.
    pub unit: &'static str,
}

impl HookEvent {
    /// The event of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        EVENTS.binary_search_by(|event| event.name.cmp(name)).ok().map(|place| &EVENTS[place])
    }

    /// Events of a kind of component, such as `switch`.
    pub fn of(kind: &str) -> impl Iterator<Item = &'static Self> {
        EVENTS.iter().filter(move |event| event.name.split_once('.').is_some_and(|(of, _)| of == kind))
    }
}

/// An event about which nothing is known to be told.
const fn plain(name: &'static str) -> HookEvent {
    HookEvent { name, attributes: &[] }
}

/// Something with a unit.
const fn unit(name: &'static str, unit: &'static str) -> HookAttribute {
    HookAttribute { name, unit }
}

/// Something without a unit.
const fn word(name: &'static str) -> HookAttribute {
    HookAttribute { name, unit: "" }
}

/// Every documented event, by name.
pub const EVENTS: &[HookEvent] = &[
    plain("blumcb.measurement"),
    plain("blumcb.protection_activated"),
    plain("blumcb.protection_cleared"),
    plain("blutrv.position_change"),
    plain("blutrv.temperature_change"),
    plain("bm.alarm_pack_charge_current"),
    plain("bm.alarm_pack_charge_current_clear"),
    plain("bm.alarm_pack_discharge_current"),
    plain("bm.alarm_pack_discharge_current_clear"),
    plain("bm.alarm_pack_imbalance"),
    plain("bm.alarm_pack_imbalance_clear"),
    plain("bm.alarm_pack_overtemperature"),
    plain("bm.alarm_pack_overtemperature_clear"),
    plain("bm.alarm_pack_overvoltage"),
    plain("bm.alarm_pack_overvoltage_clear"),
    plain("bm.alarm_pack_soc_warning"),
    plain("bm.alarm_pack_soc_warning_clear"),
    plain("bm.alarm_pack_undertemperature"),
    plain("bm.alarm_pack_undertemperature_clear"),
    plain("bm.alarm_pack_undervoltage"),
    plain("bm.alarm_pack_undervoltage_clear"),
    plain("bm.pack_current_change"),
    plain("bm.pack_temp_change"),
    plain("bm.pack_voltage_change"),
    plain("boolean.change"),
    plain("bthomedevice.double_push"),
    plain("bthomedevice.long_double_push"),
    plain("bthomedevice.long_push"),
    plain("bthomedevice.long_triple_push"),
    plain("bthomedevice.rotate_left"),
    plain("bthomedevice.rotate_right"),
    plain("bthomedevice.single_push"),
    plain("bthomedevice.triple_push"),
    plain("bthomesensor.state_change"),
    plain("bthomesensor.value_change"),
    plain("button.double_push"),
    plain("button.long_push"),
    plain("button.single_push"),
    plain("button.triple_push"),
    plain("cb.off"),
    plain("cb.on"),
    plain("cb.overvoltage"),
    plain("cb.undervoltage"),
    plain("cct.off"),
    plain("cct.on"),
    plain("cover.closed"),
    plain("cover.closing"),
    plain("cover.open"),
    plain("cover.opening"),
    plain("cover.stopped"),
    HookEvent { name: "em.active_power_change", attributes: &[word("phase"), unit("act_power", "W")] },
    plain("em.alarm_overcurrent"),
    plain("em.alarm_overcurrent_clear"),
    plain("em.alarm_overpower"),
    plain("em.alarm_overpower_clear"),
    plain("em.alarm_overvoltage"),
    plain("em.alarm_overvoltage_clear"),
    plain("em.alarm_undercurrent"),
    plain("em.alarm_undercurrent_clear"),
    plain("em.alarm_underpower"),
    plain("em.alarm_underpower_clear"),
    plain("em.alarm_undervoltage"),
    plain("em.alarm_undervoltage_clear"),
    HookEvent { name: "em.current_change", attributes: &[word("phase"), unit("current", "A")] },
    HookEvent { name: "em.total_active_power_change", attributes: &[unit("total_active_power", "W")] },
    HookEvent { name: "em.total_apparent_power_change", attributes: &[unit("total_apparent_power", "VA")] },
    HookEvent { name: "em.total_current_change", attributes: &[unit("total_current", "A")] },
    HookEvent { name: "em.voltage_change", attributes: &[word("phase"), unit("voltage", "V")] },
    HookEvent { name: "em1.active_power_change", attributes: &[unit("act_power", "W")] },
    plain("em1.alarm_overcurrent"),
    plain("em1.alarm_overcurrent_clear"),
    plain("em1.alarm_overpower"),
    plain("em1.alarm_overpower_clear"),
    plain("em1.alarm_overvoltage"),
    plain("em1.alarm_overvoltage_clear"),
    plain("em1.alarm_undercurrent"),
    plain("em1.alarm_undercurrent_clear"),
    plain("em1.alarm_underpower"),
    plain("em1.alarm_underpower_clear"),
    plain("em1.alarm_undervoltage"),
    plain("em1.alarm_undervoltage_clear"),
    HookEvent { name: "em1.current_change", attributes: &[unit("current", "A")] },
    HookEvent { name: "em1.voltage_change", attributes: &[unit("voltage", "V")] },
    plain("enum.change"),
    plain("fan.output_changed"),
    plain("fan.speed_changed"),
    plain("flood.alarm"),
    plain("flood.alarm_off"),
    plain("flood.cable_unplugged"),
    HookEvent { name: "humidity.change", attributes: &[unit("rh", "%")] },
    HookEvent { name: "humidity.measurement", attributes: &[unit("rh", "%")] },
    HookEvent { name: "illuminance.change", attributes: &[unit("lux", "lx"), word("illumination")] },
    plain("input.analog_change"),
    plain("input.analog_measurement"),
    plain("input.button_doublepush"),
    plain("input.button_longpush"),
    plain("input.button_push"),
    plain("input.button_triplepush"),
    plain("input.count_change"),
    plain("input.count_measurement"),
    plain("input.freq_change"),
    plain("input.freq_measurement"),
    plain("input.toggle_off"),
    plain("input.toggle_on"),
    plain("ircode.emit"),
    plain("ircode.receive"),
    plain("light.off"),
    plain("light.on"),
    plain("lnm.rx_event"),
    plain("lnm.rx_status"),
    plain("lora_received"),
    plain("number.change"),
    plain("occupancy.object_enter"),
    plain("occupancy.object_leave"),
    plain("pilotwire.mode_change"),
    plain("pm1.alarm_overcurrent"),
    plain("pm1.alarm_overcurrent_clear"),
    plain("pm1.alarm_overpower"),
    plain("pm1.alarm_overpower_clear"),
    plain("pm1.alarm_overvoltage"),
    plain("pm1.alarm_overvoltage_clear"),
    plain("pm1.alarm_undercurrent"),
    plain("pm1.alarm_undercurrent_clear"),
    plain("pm1.alarm_underpower"),
    plain("pm1.alarm_underpower_clear"),
    plain("pm1.alarm_undervoltage"),
    plain("pm1.alarm_undervoltage_clear"),
    HookEvent { name: "pm1.apower_change", attributes: &[unit("apower", "W")] },
    HookEvent { name: "pm1.current_change", attributes: &[unit("current", "A")] },
    HookEvent { name: "pm1.voltage_change", attributes: &[unit("voltage", "V")] },
    plain("presencezone.counter"),
    plain("presencezone.enter"),
    plain("presencezone.leave"),
    plain("presencezone.presence"),
    plain("rgb.off"),
    plain("rgb.on"),
    plain("rgbcct.off"),
    plain("rgbcct.on"),
    plain("rgbw.off"),
    plain("rgbw.on"),
    plain("shelr.user_rx"),
    plain("smoke.alarm"),
    plain("smoke.alarm_off"),
    plain("smoke.alarm_test"),
    HookEvent { name: "switch.active_power_change", attributes: &[unit("apower", "W")] },
    HookEvent { name: "switch.active_power_measurement", attributes: &[unit("apower", "W")] },
    plain("switch.off"),
    plain("switch.on"),
    HookEvent { name: "temperature.change", attributes: &[unit("tC", "°C"), unit("tF", "°F")] },
    HookEvent { name: "temperature.measurement", attributes: &[unit("tC", "°C"), unit("tF", "°F")] },
    plain("text.change"),
    plain("voltmeter.change"),
    plain("voltmeter.measurement"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_by_name_and_kind() {
        assert!(EVENTS.is_sorted_by_key(|event| event.name));
        let event = HookEvent::find("temperature.change").unwrap();
        assert_eq!(event.attributes, [unit("tC", "°C"), unit("tF", "°F")]);
        assert_eq!(HookEvent::find("spoon.bent"), None);
        let of_switch: Vec<&str> = HookEvent::of("switch").map(|event| event.name).collect();
        assert_eq!(of_switch.len(), 4);
        assert!(of_switch.contains(&"switch.off"));
    }
}
