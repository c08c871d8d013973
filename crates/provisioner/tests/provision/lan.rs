//! Devices are found in the network by their hardware address.

use std::{sync::Arc, time::Duration};

use discovery::parse_targets;
use provisioner::{FindOnLan, FoundBy, LanSearch, tasks::probe::Lan};
use shelly_sim::{FleetPlan, SimFleet};

use super::site::{Still, new_device, options};

fn search(target: String) -> LanSearch {
    LanSearch {
        options: options(),
        targets: parse_targets([target]).unwrap(),
        interfaces: Vec::new(),
        mdns: None,
        listen: Duration::from_millis(100),
        clock: Arc::new(Still),
    }
}

/// L5, B4: an address is no identity; who answers is asked.
#[tokio::test]
async fn l5_b4_the_device_is_found_among_others() {
    let device = new_device("SNSW-001X16EU");
    let mac = device.mac();
    let fleet = SimFleet::start(FleetPlan::new(vec![device]).on_subnet("127.63.7.0/29".parse().unwrap(), 18_063))
        .await
        .unwrap();
    let around = "127.63.7.0/29:18063";
    let found = search(around.to_owned()).look(mac, None).await.unwrap();
    assert_eq!((found.by, found.device.mac), (FoundBy::Scan, mac));
    assert_eq!(found.endpoint, fleet.devices()[0].endpoint().into());
    let other = "A8032AB12346".parse().unwrap();
    assert_eq!(search(around.to_owned()).look(other, Some("127.63.7.1".parse().unwrap())).await, None);
    let lan = Lan::new(options(), Arc::new(Still));
    let probed = lan.look(&[around.to_owned()], Duration::ZERO).await.unwrap();
    assert_eq!((probed.asked, probed.devices.len(), probed.devices[0].device.mac), (6, 1, mac));
    let only_listened = lan.look(&[], Duration::ZERO).await.unwrap();
    assert_eq!((only_listened.asked, only_listened.devices.len()), (0, 0));
    assert!(lan.look(&["not a network/7".to_owned()], Duration::ZERO).await.is_err());
}
