//! Reads, adds and removes the IPv4 addresses of an interface, over the kernel's routing socket.
//!
//! `wpa_supplicant` knows nothing of addresses. Where no DHCP client of the system gives the interface one at the access
//! point of a device, it gets one by hand, which takes the capability `CAP_NET_ADMIN`.

use std::{io, net::Ipv4Addr};

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, netdevice::name_to_index,
    netlink::SocketAddrNetlink, recv, sendto, socket_with,
};

// linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWADDR: u16 = 20;
const RTM_DELADDR: u16 = 21;
const RTM_GETADDR: u16 = 22;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_ACK: u16 = 0x4;
const NLM_F_DUMP: u16 = 0x300;
const NLM_F_CREATE_REPLACE: u16 = 0x500;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const AF_INET: u8 = 2;
/// Head of a message, head of an address, head of an attribute, in bytes.
const HEAD: usize = 16;
const ADDRESS_HEAD: usize = 8;
const ATTRIBUTE_HEAD: usize = 4;
/// More than the kernel sends at once.
const BUFFER: usize = 64 * 1024;

/// What is done with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Add,
    Remove,
}

/// The IPv4 addresses of an interface of this machine. Needs no permission.
///
/// # Errors
/// When there is no such interface, or the kernel does not tell.
pub fn addresses(interface: &str) -> io::Result<Vec<Ipv4Addr>> {
    let (socket, index) = open(interface)?;
    send(&socket, &message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 0, 0, None))?;
    let mut found = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let (_, length) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        for (kind, body) in messages(&buffer[..length.min(BUFFER)]) {
            match kind {
                NLMSG_DONE => return Ok(found),
                NLMSG_ERROR => return Err(error_of(body).unwrap_or_else(|| io::ErrorKind::InvalidData.into())),
                RTM_NEWADDR => found.extend(address_of(body, index)),
                _ => {}
            }
        }
    }
}

/// Adds or removes an address with its network. What is there already, or is not there any more, is no error.
pub(crate) fn change(interface: &str, change: Change, address: Ipv4Addr, prefix: u8) -> io::Result<()> {
    let (socket, index) = open(interface)?;
    let (kind, flags) = match change {
        Change::Add => (RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE_REPLACE),
        Change::Remove => (RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK),
    };
    send(&socket, &message(kind, flags, index, prefix, Some(address)))?;
    let mut buffer = vec![0; BUFFER];
    let (_, length) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
    let answer = messages(&buffer[..length.min(BUFFER)]).find(|(kind, _)| *kind == NLMSG_ERROR);
    match answer.and_then(|(_, body)| error_of(body)) {
        Some(error) if change == Change::Remove && error.kind() == io::ErrorKind::AddrNotAvailable => Ok(()),
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn open(interface: &str) -> io::Result<(rustix::fd::OwnedFd, u32)> {
    // Without a protocol it is that of addresses and routes, which has the number 0.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, 0))?;
    let index = name_to_index(&socket, interface)?;
    Ok((socket, index))
}

fn send(socket: &rustix::fd::OwnedFd, message: &[u8]) -> io::Result<()> {
    sendto(socket, message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    Ok(())
}

fn message(kind: u16, flags: u16, index: u32, prefix: u8, address: Option<Ipv4Addr>) -> Vec<u8> {
    let mut body = vec![AF_INET, prefix, 0, 0];
    body.extend(index.to_ne_bytes());
    for attribute in [IFA_LOCAL, IFA_ADDRESS] {
        if let Some(address) = address {
            body.extend(8_u16.to_ne_bytes());
            body.extend(attribute.to_ne_bytes());
            body.extend(address.octets());
        }
    }
    let length = u32::try_from(HEAD + body.len()).unwrap_or_default();
    let mut message = Vec::with_capacity(HEAD + body.len());
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend(1_u32.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend(body);
    message
}

/// Kind and body of each message in what was received.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::try_from(number(bytes)?).ok().filter(|length| *length >= HEAD)?;
        let kind = short(bytes.get(4..)?)?;
        let body = bytes.get(HEAD..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, body))
    })
}

/// The address in a message, when it is of this interface.
fn address_of(body: &[u8], index: u32) -> Option<Ipv4Addr> {
    if body.first() != Some(&AF_INET) || number(body.get(4..)?)? != index {
        return None;
    }
    let mut attributes = body.get(ADDRESS_HEAD..)?;
    let mut found = None;
    while let (Some(length), Some(kind)) = (short(attributes), attributes.get(2..).and_then(short)) {
        let length = usize::from(length);
        let value = attributes.get(ATTRIBUTE_HEAD..length)?;
        if kind == IFA_LOCAL || (kind == IFA_ADDRESS && found.is_none()) {
            found = <[u8; 4]>::try_from(value).ok().map(Ipv4Addr::from);
        }
        attributes = attributes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

/// The error in an answer; none when it says that all is well.
fn error_of(body: &[u8]) -> Option<io::Error> {
    let code = i32::from_ne_bytes(body.get(..4)?.try_into().ok()?);
    (code != 0).then(|| io::Error::from_raw_os_error(-code))
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?))
}

fn short(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_the_addresses_of_an_interface() {
        assert!(addresses("lo").unwrap().contains(&Ipv4Addr::LOCALHOST));
        assert!(addresses("no-such-thing").is_err());
    }

    #[test]
    fn half_an_answer_is_no_answer() {
        let whole = message(RTM_NEWADDR, 0, 7, 24, Some(Ipv4Addr::new(192, 168, 33, 231)));
        let read = |bytes: &[u8]| messages(bytes).find_map(|(_, body)| address_of(body, 7));
        assert_eq!(read(&whole), Some(Ipv4Addr::new(192, 168, 33, 231)));
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length}");
        }
        assert_eq!(messages(&whole).find_map(|(_, body)| address_of(body, 8)), None);
        assert!(messages(&[0; 64]).next().is_none());
    }
}
