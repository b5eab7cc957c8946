//! Where clients come from: how many connections each address has.
//!
//! Whoever takes all connections there are holds up everybody else. So one address may have some of them alone; but for this
//! machine's own, since a proxy on it speaks for all of its clients.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The connections by the address that they come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses {
    connections: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection of an address, until it is dropped.
#[derive(Debug)]
pub(super) struct FromAddress {
    addresses: Addresses,
    address: IpAddr,
}

impl Addresses {
    /// One more connection from an address, unless it has `most` already.
    pub(super) fn enter(&self, address: IpAddr, most: usize) -> Option<FromAddress> {
        let address = network(address);
        let mut all = self.lock();
        let connections = all.entry(address).or_default();
        if *connections >= most && !is_own(address) {
            return None;
        }
        *connections += 1;
        Some(FromAddress { addresses: self.clone(), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FromAddress {
    fn drop(&mut self) {
        let mut all = self.addresses.lock();
        let connections = all.entry(self.address).or_default();
        *connections = connections.saturating_sub(1);
        if *connections == 0 {
            all.remove(&self.address);
        }
    }
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        other => other,
    }
}

/// Whether it is the address by which this machine is known to itself.
fn is_own(address: IpAddr) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_so_many_and_one_that_ends_makes_room() {
        let addresses = Addresses::default();
        let enter = |from: &str| addresses.enter(address(from), 2);
        let mut all = vec![enter("192.0.2.1"), enter("192.0.2.1")];
        assert!(all.iter().all(Option::is_some) && enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some(), "another address is not held up");
        all.pop();
        assert!(enter("192.0.2.1").is_some());
        all.clear();
        assert_eq!(addresses.lock().len(), 0, "nothing is kept of who is gone");
    }

    #[test]
    fn this_machine_is_not_bounded_and_a_network_of_ipv6_is_one_address() {
        let addresses = Addresses::default();
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let all: Vec<_> = (0..9).map(|_| addresses.enter(address(own), 2)).collect();
            assert!(all.iter().all(Option::is_some), "{own}");
        }
        let nth = |n: u32| addresses.enter(address(&format!("2001:db8:1:2::{n:x}")), 2);
        let held = [nth(1), nth(2)];
        assert!(nth(3).is_none() && held.iter().all(Option::is_some));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }
}
