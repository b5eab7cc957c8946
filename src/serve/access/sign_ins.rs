//! How often somebody may try to sign in, by the address they come from.
//!
//! Nobody guesses a key of 256 bits; the limit keeps those who try from costing others anything.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::serve::addresses::network;

/// So many at once, since a whole office may come from one address; then one in two seconds.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(30).expect("it is not zero");
const ONE_IN: Duration = Duration::from_secs(2);
/// Addresses that are remembered; those beyond share one limit.
const ADDRESSES: usize = 10_000;
/// What stands for the addresses beyond.
const OTHERS: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// The limit as clients are told it.
pub(super) const POLICY: &str = "\"sign-in\";q=30;w=60";

type Limiter<C> = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Attempts by address. By a clock that only goes on, so that one put back locks nobody out.
pub(super) struct SignIns<C: Clock = DefaultClock> {
    limiter: Limiter<C>,
    clock: C,
}

impl Default for SignIns {
    fn default() -> Self {
        Self::by(DefaultClock::default())
    }
}

impl<C: Clock + Clone> SignIns<C> {
    fn by(clock: C) -> Self {
        let quota = Quota::with_period(ONE_IN).expect("two seconds are not zero").allow_burst(AT_ONCE);
        Self { limiter: RateLimiter::new(quota, HashMapStateStore::default(), clock.clone()), clock }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// It is one too many; in how long there may be another.
    pub(super) fn attempt(&self, address: IpAddr) -> Result<(), Duration> {
        if self.limiter.len() >= ADDRESSES {
            self.limiter.retain_recent();
        }
        let address = if self.limiter.len() >= ADDRESSES { OTHERS } else { network(address) };
        self.limiter.check_key(&address).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn thirty_attempts_at_once_and_then_one_in_two_seconds() {
        let clock = FakeRelativeClock::default();
        let sign_ins = SignIns::by(clock.clone());
        let here = address("192.0.2.1");
        assert!((0..30).all(|_| sign_ins.attempt(here).is_ok()));
        assert_eq!(sign_ins.attempt(here), Err(Duration::from_secs(2)));
        assert_eq!(sign_ins.attempt(address("192.0.2.2")), Ok(()), "another address is not held up");
        clock.advance(Duration::from_secs(2));
        assert_eq!(sign_ins.attempt(here), Ok(()));
        assert_eq!(sign_ins.attempt(here), Err(Duration::from_secs(2)));
    }

    #[test]
    fn the_addresses_of_one_network_of_ipv6_count_together() {
        let sign_ins = SignIns::by(FakeRelativeClock::default());
        let nth = |n: u32| address(&format!("2001:db8:1:2::{n:x}"));
        assert!((0..30).all(|n| sign_ins.attempt(nth(n)).is_ok()));
        assert!(sign_ins.attempt(nth(31)).is_err());
        assert!(sign_ins.attempt(address("2001:db8:1:3::1")).is_ok());
    }

    #[test]
    fn addresses_without_end_take_no_room_without_end() {
        let sign_ins = SignIns::by(FakeRelativeClock::default());
        let attempts = (0..20_000_u32).map(|n| sign_ins.attempt(IpAddr::from((n << 8).to_be_bytes())));
        assert_eq!(attempts.filter(Result::is_ok).count(), ADDRESSES + 30);
        assert!(sign_ins.limiter.len() <= ADDRESSES + 1);
    }
}
