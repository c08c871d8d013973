//! A world of devices for tests, with things that happen in it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{Answer, Bluetooth, Characteristic, Error, Gatt, Seen};

/// What the fake was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// [`Bluetooth::scan`].
    Scan,
    /// [`Bluetooth::connect`].
    Connect,
    /// [`Gatt::write`].
    Write,
    /// [`Gatt::read`].
    Read,
    /// [`Bluetooth::release`] or [`Gatt::close`].
    Release,
}

/// Something that happens right before an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The connection breaks.
    Breaks,
    /// The operation fails, as when the radio is busy.
    Fails,
    /// A read brings these bytes instead.
    Garbles(&'static [u8]),
}

/// A device of the world.
pub trait FakePeripheral: Send + Sync {
    /// What it advertises; none when it is out of range or silent.
    fn seen(&self) -> Option<Seen>;

    /// Its service for RPC; none when it has none.
    fn open(&self) -> Option<Box<dyn FakeService>>;
}

/// The service of a device that somebody is connected with.
pub trait FakeService: Send {
    /// A value is written to the characteristic with this UUID; false when the connection is gone.
    fn write(&mut self, uuid: &str, value: &[u8]) -> bool;

    /// The value of the characteristic with this UUID; none when the connection is gone.
    fn read(&mut self, uuid: &str) -> Option<Vec<u8>>;
}

/// The Bluetooth of a machine that is not there. Clones are the same machine.
#[derive(Clone, Default)]
pub struct FakeBluetooth(Arc<Mutex<World>>);

#[derive(Default)]
struct World {
    peripherals: Vec<Box<dyn FakePeripheral>>,
    /// The device that we are connected with, its service, and the number of the connection.
    connected: Option<(String, Box<dyn FakeService>, u64)>,
    connections: u64,
    script: Vec<(Operation, usize, Happening)>,
    log: Vec<Operation>,
}

impl fmt::Debug for FakeBluetooth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeBluetooth").field("log", &self.world().log).finish_non_exhaustive()
    }
}

impl FakeBluetooth {
    /// Puts a device into the world.
    pub fn add(&self, peripheral: impl FakePeripheral + 'static) {
        self.world().peripherals.push(Box::new(peripheral));
    }

    /// Lets something happen right before the operation that is the `nth` of its kind, from 1.
    pub fn script(&self, operation: Operation, nth: usize, happening: Happening) {
        self.world().script.push((operation, nth, happening));
    }

    /// The name of the device that we are connected with.
    pub fn connected(&self) -> Option<String> {
        self.world().connected.as_ref().map(|(name, ..)| name.clone())
    }

    /// What was asked so far.
    pub fn log(&self) -> Vec<Operation> {
        self.world().log.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets happen what the script says; the bytes that are read instead, where it says so.
    fn begin(&self, operation: Operation) -> Result<(MutexGuard<'_, World>, Option<&'static [u8]>), Error> {
        let mut world = self.world();
        world.log.push(operation);
        let nth = world.log.iter().filter(|done| **done == operation).count();
        let is_due = |(which, number, _): &&(Operation, usize, Happening)| (*which, *number) == (operation, nth);
        let happens: Vec<Happening> = world.script.iter().filter(is_due).map(|(.., happening)| *happening).collect();
        let mut garbled = None;
        for happening in happens {
            match happening {
                Happening::Breaks => world.connected = None,
                Happening::Fails => {
                    let answer = "it is busy".to_owned();
                    return Err(Error::Answer { attempt: "use the radio", answer });
                }
                Happening::Garbles(bytes) => garbled = Some(bytes),
            }
        }
        Ok((world, garbled))
    }
}

impl Bluetooth for FakeBluetooth {
    fn adapter(&self) -> &'static str {
        "hci9"
    }

    fn scan(&self, _listen: Duration) -> Answer<'_, Vec<Seen>> {
        Box::pin(async move {
            let (world, _) = self.begin(Operation::Scan)?;
            let mut found: Vec<Seen> = world.peripherals.iter().filter_map(|peripheral| peripheral.seen()).collect();
            found.sort_by_key(|seen| std::cmp::Reverse(seen.signal_dbm));
            Ok(found)
        })
    }

    fn connect<'a>(&'a self, seen: &'a Seen, _limit: Duration) -> Answer<'a, Box<dyn Gatt>> {
        Box::pin(async move {
            let (mut world, _) = self.begin(Operation::Connect)?;
            let name = seen.name.clone();
            let mut peripherals = world.peripherals.iter();
            let meant = peripherals.find(|known| known.seen().is_some_and(|found| found.address == seen.address));
            let Some(peripheral) = meant else {
                return Err(Error::NotInRange { name });
            };
            let service = peripheral.open().ok_or_else(|| Error::NoRpc { name: name.clone() })?;
            world.connections += 1;
            let number = world.connections;
            world.connected = Some((name, service, number));
            let link: Box<dyn Gatt> = Box::new(FakeGatt { bluetooth: self.clone(), number });
            Ok(link)
        })
    }

    fn release<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let (mut world, _) = self.begin(Operation::Release)?;
            if world.connected.as_ref().is_some_and(|(connected, ..)| connected.eq_ignore_ascii_case(name)) {
                world.connected = None;
            }
            Ok(())
        })
    }
}

/// A connection of the world.
struct FakeGatt {
    bluetooth: FakeBluetooth,
    number: u64,
}

/// The service at the end of a connection that still stands.
fn service(world: &mut World, number: u64) -> Result<&mut Box<dyn FakeService>, Error> {
    match &mut world.connected {
        Some((_, service, connected)) if *connected == number => Ok(service),
        _ => Err(ended()),
    }
}

fn ended() -> Error {
    Error::Ended { why: "the device is gone".to_owned() }
}

impl Gatt for FakeGatt {
    fn longest_write(&self) -> usize {
        100
    }

    fn write<'a>(&'a self, to: Characteristic, value: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            let (mut world, _) = self.bluetooth.begin(Operation::Write)?;
            let taken = service(&mut world, self.number)?.write(to.uuid(), value);
            if !taken {
                world.connected = None;
                return Err(ended());
            }
            Ok(())
        })
    }

    fn read(&self, from: Characteristic) -> Answer<'_, Vec<u8>> {
        Box::pin(async move {
            let (mut world, garbled) = self.bluetooth.begin(Operation::Read)?;
            let value = service(&mut world, self.number)?.read(from.uuid());
            match (value, garbled) {
                (Some(_), Some(instead)) => Ok(instead.to_vec()),
                (Some(value), None) => Ok(value),
                (None, _) => {
                    world.connected = None;
                    Err(ended())
                }
            }
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let (mut world, _) = self.bluetooth.begin(Operation::Release)?;
            if service(&mut world, self.number).is_ok() {
                world.connected = None;
            }
            Ok(())
        })
    }
}
