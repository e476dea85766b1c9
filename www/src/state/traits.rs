//! What is known of proxies and hosts that their records do not repeat.

use crate::cast::Cast;
use crate::config::Config;
use crate::lane::Lane;
use crate::scene::{Trait, Traits};
use sessionful::{InstanceMode, SessionMode};

/// What is known of those who take part in a live run.
pub(super) fn live_traits(cast: &Cast) -> Traits {
    let mut traits = Traits::default();
    for (node, member) in cast.iter() {
        let lane = Lane::ALL.into_iter().find(|lane| *lane.contract() == member.contract);
        let behavior = lane.map(Lane::behavior);
        let about = match (member.host, &behavior) {
            (Some(_), _) if member.pooled => "a channel per call",
            (Some(_), _) => "one session",
            (None, Some(behavior)) => instancing(behavior.instancing),
            (None, None) => "elsewhere",
        };
        let concurrency = behavior.map(|behavior| behavior.concurrency).unwrap_or_default();
        traits.insert(node, Trait { about: about.into(), concurrency });
    }
    traits
}

const fn instancing(mode: InstanceMode) -> &'static str {
    match mode {
        InstanceMode::PerCall => "PerCall",
        InstanceMode::PerSession => "PerSession",
        InstanceMode::Single => "Single",
    }
}

/// What a configuration tells of its hosts and proxies.
pub(super) fn traits(config: &Config) -> Traits {
    let mut traits = Traits::default();
    for (place, host) in config.hosts.iter().enumerate() {
        let concurrency = host.behavior.concurrency;
        traits.insert(
            config.host_node(place),
            Trait { about: instancing(host.behavior.instancing).into(), concurrency },
        );
    }
    for (place, proxy) in config.proxies.iter().enumerate() {
        let host = config.hosts.get(proxy.host);
        let pooled =
            config.cast().get(config.proxy_node(place)).is_some_and(|member| member.pooled);
        let session = host.is_some_and(|host| host.contract.session != SessionMode::NotAllowed);
        let about = match (pooled, session) {
            (true, _) => "a channel per call",
            (false, true) => "one session",
            (false, false) => "one channel",
        };
        let trait_ = Trait { about: about.into(), ..Trait::default() };
        traits.insert(config.proxy_node(place), trait_);
    }
    traits
}
