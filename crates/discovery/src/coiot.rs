//! Evidence from the status messages of Gen1 devices.

use chrono::{DateTime, Utc};
use shelly_gen1::coiot::{Datagram, Listener, ListenerConfig};
use shelly_http::Endpoint;
use shelly_types::Generation;

use crate::{
    Ending, Seen, Source, SourceError, SourceKind,
    sources::{Context, News},
};

/// What a datagram says about its sender; none when the sender does not name itself.
///
/// The address is that of the sender with the port of a device. Behind a range extender it is the extender's, which
/// is why a [`Merger`](crate::Merger) believes it last.
pub fn seen(datagram: &Datagram, at: DateTime<Utc>) -> Option<Seen> {
    let device = datagram.packet.device.as_ref()?;
    let ending = Ending::parse(&device.id)?;
    let address = Endpoint::new(datagram.from.ip().to_string(), Endpoint::DEFAULT_PORT);
    let seen = Seen {
        generation: Some(Generation::GEN1),
        model: Some(device.model.clone()),
        address: Some(address),
        ..Seen::new(Source::Coiot, at)
    };
    Some(seen.with_ending(ending))
}

/// Listens until the socket fails. What the merger is too busy for is dropped: devices repeat it.
pub(crate) async fn run(config: &ListenerConfig, context: &Context) -> SourceError {
    let mut listener = match Listener::open(config) {
        Ok(listener) => listener,
        Err(error) => return error.into(),
    };
    context.report(News::Running(SourceKind::Coiot)).await;
    for (interface, error) in listener.not_joined() {
        let source = error.raw_os_error().map_or_else(|| error.kind().into(), std::io::Error::from_raw_os_error);
        let error = SourceError::NotJoined { interface: *interface, source };
        context.report(News::Failed { kind: SourceKind::Coiot, error }).await;
    }
    while let Some(datagram) = listener.next().await {
        if let Some(seen) = seen(&datagram, context.now()) {
            context.reporter().try_tell(seen);
        }
    }
    SourceError::Ended
}

#[cfg(test)]
mod tests {
    use shelly_gen1::coiot::{DeviceTag, Packet, Resource, Version};
    use shelly_types::Model;

    use super::*;

    fn datagram(id: &str) -> Datagram {
        let device = DeviceTag { model: Model::new("SHSW-25"), id: id.to_owned(), version: Version::V2 };
        let packet = Packet { device: Some(device), ..Packet::get(Resource::Status, 1) };
        Datagram { from: "10.0.0.7:5683".parse().unwrap(), bytes: packet.encode(), packet }
    }

    #[test]
    fn b1_a_tag_tells_model_and_hardware_address_or_its_end() {
        let at = DateTime::UNIX_EPOCH;
        let whole = seen(&datagram("C45BBE6A1122"), at).unwrap();
        assert_eq!((whole.mac, whole.suffix), ("C45BBE6A1122".parse().ok(), None));
        assert_eq!(whole.address.unwrap().to_string(), "10.0.0.7:80");
        assert_eq!((whole.model, whole.generation), (Some(Model::new("SHSW-25")), Some(Generation::GEN1)));
        let short = seen(&datagram("6A1122"), at).unwrap();
        assert_eq!((short.mac, short.suffix), (None, "6A1122".parse().ok()));
        assert_eq!(seen(&datagram("?"), at), None);
    }
}
