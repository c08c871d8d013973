//! Lists the BTHome objects: what a sensor of a BLU device measures (A8).

/// What a BTHome object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// BTHome object id, the `obj_id` of a `bthomesensor`.
    pub id: u8,
    /// Name, such as `temperature`; several objects share one.
    pub name: &'static str,
    /// Kind.
    pub kind: Kind,
    /// Unit; empty when it has none.
    pub unit: &'static str,
}

/// Kind of a BTHome object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A number or a text.
    Sensor,
    /// Yes or no.
    BinarySensor,
    /// A button.
    Button,
    /// A dimmer.
    Dimmer,
}

impl Object {
    /// The object of that id.
    pub fn find(id: u64) -> Option<&'static Self> {
        let id = u8::try_from(id).ok()?;
        OBJECTS.binary_search_by_key(&id, |object| object.id).ok().map(|place| &OBJECTS[place])
    }
}

const fn sensor(id: u8, name: &'static str, unit: &'static str) -> Object {
    Object { id, name, kind: Kind::Sensor, unit }
}

const fn binary(id: u8, name: &'static str) -> Object {
    Object { id, name, kind: Kind::BinarySensor, unit: "" }
}

/// Every documented object, by id.
pub const OBJECTS: &[Object] = &[
    sensor(0, "packet_id", ""),
    sensor(1, "battery", "%"),
    sensor(2, "temperature", "°C"),
    sensor(3, "humidity", "%"),
    sensor(4, "pressure", "hPa"),
    sensor(5, "illuminance", "lux"),
    sensor(6, "mass_kg", "kg"),
    sensor(7, "mass_lb", "lb"),
    sensor(8, "dewpoint", "°C"),
    sensor(9, "count", ""),
    sensor(10, "energy", "kWh"),
    sensor(11, "power", "W"),
    sensor(12, "voltage", "V"),
    sensor(13, "pm2.5", "µg/m³"),
    sensor(14, "pm10", "µg/m³"),
    binary(15, "generic_boolean"),
    binary(16, "power_status"),
    binary(17, "opening"),
    sensor(18, "co2", "ppm"),
    sensor(19, "tvoc", "µg/m³"),
    sensor(20, "moisture", "%"),
    binary(21, "battery_status"),
    binary(22, "battery_charging"),
    binary(23, "carbon_monoxide"),
    binary(24, "cold"),
    binary(25, "connectivity"),
    binary(26, "door"),
    binary(27, "garage_door"),
    binary(28, "gas"),
    binary(29, "heat"),
    binary(30, "light"),
    binary(31, "lock"),
    binary(32, "moisture"),
    binary(33, "motion"),
    binary(34, "moving"),
    binary(35, "occupancy"),
    binary(36, "plug"),
    binary(37, "presence"),
    binary(38, "problem"),
    binary(39, "running"),
    binary(40, "safety"),
    binary(41, "smoke"),
    binary(42, "sound"),
    binary(43, "tamper"),
    binary(44, "vibration"),
    binary(45, "window"),
    sensor(46, "humidity", "%"),
    sensor(47, "moisture", "%"),
    Object { id: 58, name: "button", kind: Kind::Button, unit: "" },
    Object { id: 60, name: "dimmer", kind: Kind::Dimmer, unit: "" },
    sensor(61, "count", ""),
    sensor(62, "count", ""),
    sensor(63, "rotation", "°"),
    sensor(64, "distance_mm", "mm"),
    sensor(65, "distance_m", "m"),
    sensor(66, "duration", "s"),
    sensor(67, "current", "A"),
    sensor(68, "speed", "m/s"),
    sensor(69, "temperature", "°C"),
    sensor(70, "uv_index", ""),
    sensor(71, "volume", "L"),
    sensor(72, "volume", "mL"),
    sensor(73, "volume_flow_rate", "m³/h"),
    sensor(74, "voltage", "V"),
    sensor(75, "gas", "m³"),
    sensor(76, "gas", "m³"),
    sensor(77, "energy", "kWh"),
    sensor(78, "volume", "L"),
    sensor(79, "water", "L"),
    sensor(80, "timestamp", ""),
    sensor(81, "acceleration", "m/s²"),
    sensor(82, "gyroscope", "°/s"),
    sensor(83, "text", ""),
    sensor(84, "raw", ""),
    sensor(85, "volume_storage", "L"),
    sensor(86, "conductivity", "µS/cm"),
    sensor(87, "temperature", "°C"),
    sensor(88, "temperature", "°C"),
    sensor(89, "count", ""),
    sensor(90, "count", ""),
    sensor(91, "count", ""),
    sensor(92, "power", "W"),
    sensor(93, "current", "A"),
    sensor(94, "direction", "°"),
    sensor(95, "precipitation", "mm"),
    sensor(96, "channel", ""),
    sensor(97, "rotational_speed", "rpm"),
    sensor(98, "speed", "m/s"),
    sensor(99, "acceleration", "m/s²"),
    sensor(100, "light_level", ""),
    sensor(240, "device_type_id", ""),
    sensor(241, "firmware_version", ""),
    sensor(242, "firmware_version", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_id() {
        assert!(OBJECTS.is_sorted_by_key(|object| object.id));
        assert_eq!(Object::find(69).map(|object| (object.name, object.unit)), Some(("temperature", "°C")));
        assert_eq!(Object::find(45).map(|object| object.kind), Some(Kind::BinarySensor));
        assert_eq!((Object::find(50), Object::find(999)), (None, None));
    }
}
