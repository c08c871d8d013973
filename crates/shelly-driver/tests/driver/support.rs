//! Starts simulated devices and makes steps for them.

use std::time::Duration;

use capability_config::{SettingPath, SettingValue};
use shelly_driver::{Device, Error, Manners, Options, RestartWait, Rules};
use shelly_http::{Endpoint, Limits};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::{ComponentKey, Credentials, Mac};
use sync_engine::{Change, Origin, Scope, Step};

/// A device of this model that does not mind fast writes.
pub(crate) fn model(code: &str) -> SimDevice {
    SimDevice::of_model(code, mac(code)).unwrap().robust()
}

/// An address of its own for each model.
pub(crate) fn mac(code: &str) -> Mac {
    let sum = code.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let [a, b, c, d] = sum.to_be_bytes();
    Mac::new([0xA8, 0x03, a, b, c, d])
}

pub(crate) async fn start(device: SimDevice) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.unwrap();
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

pub(crate) fn endpoint(handle: &SimHandle) -> Endpoint {
    handle.endpoint().into()
}

/// Short waits and no pauses.
pub(crate) fn options() -> Options {
    let rules =
        Rules { gen1_write_pause: Duration::ZERO, write_pause: Duration::ZERO, failures: 1000, ..Rules::default() };
    let limits = Limits { total: Duration::from_secs(3), ..Limits::default() };
    let restart = RestartWait {
        first_look: Duration::from_millis(20),
        interval: Duration::from_millis(20),
        limit: Duration::from_secs(10),
    };
    Options { limits, manners: Manners::new(rules), restart, ..Options::default() }
}

pub(crate) async fn connect(handle: &SimHandle) -> Result<Device, Error> {
    let credentials = handle.password().map(|password| Credentials::new("admin", password));
    Device::connect(endpoint(handle), Some(handle.mac()), credentials, options()).await
}

/// Waits until the device answers again after a fault was taken away.
pub(crate) async fn until_it_answers(handle: &SimHandle) {
    while shelly_driver::probe(&endpoint(handle), &Limits::default()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn path(text: &str) -> SettingPath {
    text.parse().unwrap()
}

/// A step that sets these settings of one component.
pub(crate) fn step(settings: &[(SettingPath, SettingValue)]) -> Step {
    let component: ComponentKey = settings[0].0.component().clone();
    let origin = Origin { layer: "test".into(), scope: Scope::Device };
    let change = |(path, value): &(SettingPath, SettingValue)| Change {
        path: path.clone(),
        before: None,
        after: value.clone(),
        origin: origin.clone(),
    };
    Step::new(component, settings.iter().map(change).collect())
}
