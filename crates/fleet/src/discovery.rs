//! Finds devices, keeps them in the inbox, and adopts them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use discovery::{Progress, ScanOptions, address_count, parse_targets, scan};
use fleet_model::{
    Actor, DeviceRecord, FleetEvent, NewEvent, PageRequest, Permission, ScanId, ScanRecord, ScanState, SightingRecord,
    SightingState, SnapshotCause,
};
use futures::{StreamExt, future::BoxFuture, stream};
use shelly_driver::{Class, Device, Found, Reading, probe_over};
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{net::TcpStream, sync::mpsc};

use crate::{Error, ErrorKind, Fleet, connect::endpoint, resources::Interest};

/// Progress of a scan is stored this often.
const PROGRESS_INTERVAL: std::time::Duration = std::time::Duration::from_millis(250);

/// Credential sets tried on one device in one go. Devices count wrong passwords and lock who sends many.
const TRIES: usize = 4;

/// Scans shown in a list.
const SCANS_SHOWN: u32 = 50;

/// What became of a decision about found devices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Devices decided on.
    pub done: Vec<Mac>,
    /// Devices that could not be, with the reason.
    pub failed: Vec<(Mac, String)>,
}

/// A found device.
pub type FoundDevice = SightingRecord;

impl Fleet {
    /// Looks for devices; goes on in the background.
    pub async fn scan_start(&self, actor: &Actor, targets: &[String], adopt: bool) -> Result<ScanRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let parsed = parse_targets(targets).map_err(|error| Error::invalid(error.to_string()))?;
        let record = ScanRecord {
            id: ScanId::new(self.ids()),
            targets: parsed.iter().map(ToString::to_string).collect(),
            state: ScanState::Running,
            total: address_count(&parsed),
            probed: 0,
            found: 0,
            adopted: 0,
            started_at: self.now(),
            finished_at: None,
            error: None,
        };
        let event = FleetEvent::ScanStarted { id: record.id, targets: record.targets.clone() };
        let event = NewEvent::new(self.now(), actor, event);
        self.publish(self.store().scan_insert(record.clone(), vec![event]).await?.events);
        let (fleet, actor, started) = (self.clone(), actor.clone(), record.clone());
        self.spawn(async move { Box::pin(fleet.scan_run(&actor, started, parsed, adopt)).await });
        Ok(record)
    }

    /// The last scans, newest first.
    pub async fn scans(&self, actor: &Actor) -> Result<Vec<ScanRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().scans_page(PageRequest::first(SCANS_SHOWN)).await?.items)
    }

    /// A scan and how far it is.
    pub async fn scan(&self, actor: &Actor, id: ScanId) -> Result<ScanRecord, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.store().scan_get(id).await?.ok_or_else(|| Error::not_found("such scan"))
    }

    /// Scans that ran when the manager stopped or was killed go on no more.
    pub(crate) async fn scans_break_off(&self) -> Result<(), Error> {
        for mut scan in self.store().scans_running().await? {
            scan.state = ScanState::Failed;
            scan.finished_at = Some(self.now());
            scan.error = Some("the manager was stopped".to_owned());
            self.publish(self.store().scan_update(scan, Vec::new()).await?.events);
        }
        Ok(())
    }

    /// Runs a scan to its end, storing what it finds and how far it is.
    pub(crate) async fn scan_run(
        &self,
        actor: &Actor,
        mut record: ScanRecord,
        targets: Vec<discovery::Target>,
        adopt: bool,
    ) {
        let progress = Progress::default();
        let adopted = Arc::new(AtomicU64::new(0));
        let (found, finds) = mpsc::channel(256);
        let driver = Arc::new(self.options().driver.clone());
        let ask = move |endpoint, stream| {
            let driver = Arc::clone(&driver);
            async move { who(endpoint, stream, &driver).await }
        };
        let look = async { scan(&targets, ScanOptions::default(), &progress, ask, hand_on(found)).await };
        let keep = self.scan_keep(actor, finds, adopt, Arc::clone(&adopted));
        let report = async {
            loop {
                tokio::time::sleep(PROGRESS_INTERVAL).await;
                let mut now = record.clone();
                (now.probed, now.found) = (progress.probed(), progress.found());
                now.adopted = adopted.load(Ordering::Relaxed);
                // How far a scan is may be missed once.
                let _ = self.store().scan_update(now, Vec::new()).await;
            }
        };
        let outcome = tokio::select! {
            ((), ()) = async { tokio::join!(look, keep) } => None,
            () = report => None,
            () = self.stop_token().cancelled() => Some("the manager stopped".to_owned()),
        };
        (record.probed, record.found) = (progress.probed(), progress.found());
        record.adopted = adopted.load(Ordering::Relaxed);
        record.state = if outcome.is_none() { ScanState::Done } else { ScanState::Failed };
        record.finished_at = Some(self.now());
        record.error = outcome;
        let event = FleetEvent::ScanFinished {
            id: record.id,
            probed: record.probed,
            found: record.found,
            error: record.error.clone(),
        };
        match self.store().scan_update(record, vec![NewEvent::new(self.now(), actor, event)]).await {
            Ok(done) => self.publish(done.events),
            Err(error) => tracing::error!(error = Error::from(error).chain(), "the end of a scan could not be stored"),
        }
    }

    /// Stores what a scan finds, and adopts it if asked to.
    async fn scan_keep(&self, actor: &Actor, mut finds: mpsc::Receiver<Found>, adopt: bool, adopted: Arc<AtomicU64>) {
        let mut adoptions = tokio::task::JoinSet::new();
        while let Some(Found { identity, endpoint }) = finds.recv().await {
            let mac = identity.mac;
            match self.scan_found(endpoint.to_string(), identity).await {
                Ok(SightingState::New) if adopt => {
                    let (fleet, actor, adopted) = (self.clone(), actor.clone(), Arc::clone(&adopted));
                    adoptions.spawn(async move {
                        match fleet.adopt_one(&actor, mac).await {
                            Ok(()) => {
                                adopted.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(error) => tracing::info!(device.mac = %mac, error = error.chain(), "not adopted"),
                        }
                    });
                }
                Ok(_) => {}
                Err(error) => tracing::error!(device.mac = %mac, error = error.chain(), "a find could not be stored"),
            }
        }
        while adoptions.join_next().await.is_some() {}
    }

    /// Found devices that are not ours.
    pub async fn inbox(&self, actor: &Actor) -> Result<Vec<FoundDevice>, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.waiting().await
    }

    /// Adopts found devices.
    pub async fn inbox_adopt(&self, actor: &Actor, macs: &[Mac], all: bool) -> Result<Decided, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let macs = self.inbox_named(macs, all).await?;
        let adopt = |mac| async move { (mac, self.adopt_one(actor, mac).await) };
        let results: Vec<(Mac, Result<(), Error>)> =
            stream::iter(macs).map(adopt).buffered(self.options().at_once).collect().await;
        let mut decided = Decided::default();
        for (mac, result) in results {
            match result {
                Ok(()) => decided.done.push(mac),
                Err(error) => decided.failed.push((mac, error.chain())),
            }
        }
        Ok(decided)
    }

    /// Ignores found devices.
    pub async fn inbox_ignore(&self, actor: &Actor, macs: &[Mac], all: bool) -> Result<Decided, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let macs = self.inbox_named(macs, all).await?;
        for mac in &macs {
            self.sighting_decide(*mac, SightingState::Ignored, None).await?;
        }
        Ok(Decided { done: macs, failed: Vec::new() })
    }

    /// Sightings that are not adopted, newest first.
    async fn waiting(&self) -> Result<Vec<FoundDevice>, Error> {
        let mut waiting = Vec::new();
        for state in [SightingState::New, SightingState::Ignored] {
            let mut page = PageRequest { cursor: None, limit: Some(PageRequest::MAX_LIMIT) };
            loop {
                let found = self.store().sightings_page(Some(state), page.clone()).await?;
                waiting.extend(found.items);
                let Some(next) = found.next else { break };
                page.cursor = Some(next);
            }
        }
        Ok(waiting)
    }

    async fn inbox_named(&self, macs: &[Mac], all: bool) -> Result<Vec<Mac>, Error> {
        let waiting = self.waiting().await?;
        if all {
            let new = waiting.iter().filter(|sighting| sighting.state == SightingState::New);
            return Ok(new.map(|sighting| sighting.identity.mac).collect());
        }
        if let Some(stranger) = macs.iter().find(|mac| !waiting.iter().any(|sighting| sighting.identity.mac == **mac)) {
            return Err(Error::not_found(format!("device {stranger} in the inbox; look for it with a scan first")));
        }
        Ok(macs.to_vec())
    }

    async fn sighting_decide(&self, mac: Mac, state: SightingState, note: Option<String>) -> Result<(), Error> {
        self.publish(self.store().sighting_state_set(mac, state, note, Vec::new()).await?.events);
        Ok(())
    }

    /// Makes a found device ours: confirms who it is, finds the password, reads it whole.
    pub(crate) async fn adopt_one(&self, actor: &Actor, mac: Mac) -> Result<(), Error> {
        let _place = self.adoptions().acquire().await;
        // Many wait for a place, so only who has one takes room.
        let result = Box::pin(self.adopt_steps(actor, mac)).await;
        if let Err(error) = &result
            && *error.kind() != ErrorKind::Conflict
        {
            self.sighting_decide(mac, SightingState::New, Some(error.chain())).await?;
        }
        result
    }

    async fn adopt_steps(&self, actor: &Actor, mac: Mac) -> Result<(), Error> {
        let sighting = self.store().sighting_get(mac).await?;
        let sighting = sighting.ok_or_else(|| Error::not_found(format!("device {mac} in the inbox")))?;
        // Several sources may find it at once, so it is looked up in its turn.
        let mut turn = self.lanes().background(mac).await;
        if self.store().device_get(mac).await?.is_some() {
            self.sighting_decide(mac, SightingState::Adopted, None).await?;
            return Err(Error::new(format!("device {mac} is ours already"), ErrorKind::Conflict));
        }
        let has_called = turn.road.links.current().is_some();
        let mut at = sighting.endpoint.clone();
        let opened = match self.open_found(&sighting, self.manners_of(&turn)).await {
            Ok(opened) => opened,
            Err(error) => {
                let opened = self.open_through_agent(&turn, &sighting, error).await?;
                at = opened.device.endpoint().to_string();
                opened
            }
        };
        let now = self.now();
        let mut record = DeviceRecord::adopt(opened.device.identity(), at.clone(), sighting.first_seen_at, now);
        record.credential_id = opened.credential;
        let mut place = self.placement_of(&record, &opened.reading.configuration.observed).await?;
        let expected = self.expected_meet(&mut record, &mut place).await?;
        record.location.clone_from(&place.location);
        let event = FleetEvent::DeviceAdopted {
            endpoint: record.endpoint.clone(),
            model: record.model.to_string(),
            name: record.display_name(),
            channel: turn.road.channel(&opened.device),
        };
        let event = NewEvent::of_device(now, actor, mac, event);
        let done = self.store().device_insert(record, vec![event]).await?;
        self.sighting_decide(mac, SightingState::Adopted, None).await?;
        self.publish(done.events);
        turn.device = Some(opened.device);
        turn.dialled = Some(at);
        self.note(&mut turn, mac, Ok(opened.reading.status.clone())).await;
        if has_called {
            // The next conversation takes the connection that it opened.
            turn.device = None;
        }
        drop(turn);
        let read = opened.reading.configuration;
        self.snapshot(actor, mac, &read, SnapshotCause::Adoption, &Interest::default()).await?;
        self.placement_join(actor, mac, &place).await?;
        if let Some(expected) = expected {
            self.expected_met(actor, expected).await?;
        }
        let wishes = self.wishes(&[mac]).await?;
        let (_, drift) = self.compare(&wishes, mac, &wishes.with_proofs(mac, read.observed));
        if let Some(record) = wishes.record(mac) {
            self.drifts_store(vec![self.drift_news(record, &drift)]).await?;
        }
        self.callers().adopted(mac);
        self.ring();
        Ok(())
    }

    /// Talks to a found device with the first login that it takes, or over the connection that it opened: that asks for no
    /// login, so it is used for a protected device only when the device cannot be talked to otherwise.
    async fn open_found(&self, sighting: &SightingRecord, options: shelly_driver::Options) -> Result<Opened, Error> {
        if options.links.as_ref().is_none_or(|links| links.current().is_none()) {
            return match self.open_logged_in(sighting, options.clone()).await {
                Ok(opened) => Ok(opened),
                Err(error) => self.open_at_broker(sighting, options, error).await,
            };
        }
        if sighting.identity.auth_required {
            let over_http = shelly_driver::Options { links: None, ..options.clone() };
            match self.open_logged_in(sighting, over_http).await {
                Ok(opened) => return Ok(opened),
                Err(error) => {
                    let mac = sighting.identity.mac;
                    tracing::debug!(device.mac = %mac, error = error.chain(), "adopted without its password");
                }
            }
        }
        let mac = sighting.identity.mac;
        let mut device = Device::connect(endpoint(&sighting.endpoint)?, Some(mac), None, options).await?;
        let reading = device.read().await?;
        device.learn_name(&reading.configuration.observed);
        Ok(Opened { device, reading, credential: None })
    }

    /// Talks to a found device with the first login that it takes.
    pub(crate) async fn open_logged_in(
        &self,
        sighting: &SightingRecord,
        options: shelly_driver::Options,
    ) -> Result<Opened, Error> {
        let mac = sighting.identity.mac;
        let at = endpoint(&sighting.endpoint)?;
        if !sighting.identity.auth_required {
            let mut device = Device::connect(at.clone(), Some(mac), None, options.clone()).await?;
            if !device.identity().auth_required {
                let reading = device.read().await?;
                device.learn_name(&reading.configuration.observed);
                return Ok(Opened { device, reading, credential: None });
            }
        }
        let sets = self.store().credentials_open().await?;
        let mut refused = 0;
        for (set, credentials) in sets.iter().take(TRIES) {
            let credentials = credentials.clone();
            let mut device = Device::connect(at.clone(), Some(mac), Some(credentials), options.clone()).await?;
            match device.read().await {
                Ok(reading) => {
                    device.learn_name(&reading.configuration.observed);
                    return Ok(Opened { device, reading, credential: Some(set.id) });
                }
                Err(error) if error.class() == Class::Unauthorized => refused += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let doing = match (sets.len(), refused) {
            (0, _) => "it asks for a password: add it to the credentials, then adopt the device".to_owned(),
            (all, tried) if all > tried => format!(
                "it refuses the first {tried} of {all} credential sets, and more tries would lock us out: \
                 move the right one to the front"
            ),
            (_, tried) => format!("it refuses each of the {tried} credential sets: add the right one"),
        };
        Err(Error::new(doing, ErrorKind::Device(crate::DeviceTrouble::Unauthorized)))
    }
}

/// A found device that lets us in.
pub(crate) struct Opened {
    pub(crate) device: Device,
    pub(crate) reading: Reading,
    pub(crate) credential: Option<fleet_model::CredentialId>,
}

/// What a scan does with its finds: it hands them on.
pub(crate) fn hand_on(found: mpsc::Sender<Found>) -> impl Fn(Found) -> BoxFuture<'static, ()> {
    move |who| {
        let found = found.clone();
        // Who does not listen any more has what it wanted.
        Box::pin(async move { drop(found.send(who).await) })
    }
}

/// Who is at the other end of a connection that a scan opened, and where. Whoever sends us to TLS is followed, and the port
/// of TLS is asked over TLS. Who accepted the connection and did not answer is asked once more: it may be busy, or have closed
/// what waited for its turn.
pub(crate) async fn who(endpoint: Endpoint, stream: TcpStream, options: &shelly_driver::Options) -> Option<Found> {
    let answer = if endpoint.port() == Endpoint::DEFAULT_TLS_PORT {
        drop(stream);
        options.probe(&Endpoint::tls(endpoint.host(), endpoint.port())).await
    } else {
        match probe_over(stream, &endpoint, &options.limits).await {
            Err(shelly_driver::Error::TlsOnly { .. }) if options.tls.is_some() => options.probe(&endpoint).await,
            Err(error) if error.is_unreachable() => options.probe(&endpoint).await,
            answer => answer.map(|identity| Found { identity, endpoint }),
        }
    };
    answer.map_err(Error::from).inspect_err(untrusted).ok()
}

/// Says that there may be a device that is not trusted; a scan has no other place to say so.
fn untrusted(error: &Error) {
    if error.is_about_trust() {
        tracing::info!(error = error.chain(), "if this is a device, it cannot be adopted");
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn b2_who_closed_what_waited_is_asked_once_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::new("127.0.0.1", listener.local_addr().unwrap().port());
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let device = async {
            drop(listener.accept().await.unwrap());
            let (mut stream, _) = listener.accept().await.unwrap();
            let _question = stream.read(&mut [0; 1024]).await.unwrap();
            let body = r#"{"type":"SHSW-1","mac":"A8032A100001","auth":false,"fw":"20230913-112003/v1.14.0-gcb84623"}"#;
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        };
        let options = shelly_driver::Options::default();
        let (found, ()) = tokio::join!(who(endpoint, stream, &options), device);
        assert_eq!(found.unwrap().identity.mac.to_string(), "A8032A100001");
    }
}
