//! What a link may ask for: as much as a visitor could do, and no more.

use super::{Link, LinkError};
use crate::act::Act;
use crate::config::{Config, HostConfig};
use sessionful::sim::Weather;

/// How far a linked run may have come: an hour of virtual time.
const HOUR: u64 = 3_600_000_000;

pub(super) fn check(link: &Link) -> Result<(), LinkError> {
    let too_much = |bad: bool, what| if bad { Err(LinkError::TooMuch(what)) } else { Ok(()) };
    too_much(link.head.at.0 > HOUR, "more than an hour of virtual time")?;
    too_much(link.edits.len() > 2_000, "more than 2,000 commands")?;
    too_much(!link.edits.is_sorted_by_key(|edit| edit.when), "commands that are not in order")?;
    too_much(link.edits.iter().any(|edit| !is_modest(&edit.act)), "a command that is too large")?;
    too_much(link.view.len() > 50, "more than a page can show")?;
    match &link.config {
        Some(config) => check_config(config),
        None => Ok(()),
    }
}

fn is_modest(act: &Act) -> bool {
    match act {
        Act::Call(_, ask) => {
            ask.times <= 100 && ask.arguments.len() <= 32 && ask.headers.len() <= 32
        }
        Act::Latency(_, span) | Act::Delay(_, span) => span.as_micros() <= u128::from(HOUR),
        _ => true,
    }
}

fn check_config(config: &Config) -> Result<(), LinkError> {
    let hosts = config.hosts.len();
    if hosts == 0 || hosts > 16 || config.proxies.len() > 64 {
        return Err(LinkError::TooMuch("more than 16 hosts or 64 proxies, or no host at all"));
    }
    if !config.hosts.iter().all(is_modest_host) {
        return Err(LinkError::TooMuch("a service with too many operations or instructions"));
    }
    if config.proxies.iter().any(|proxy| proxy.host >= hosts) {
        return Err(LinkError::TooMuch("a proxy of a host that is not there"));
    }
    if !config.proxies.iter().all(|proxy| is_modest_weather(proxy.weather)) {
        return Err(LinkError::TooMuch("messages that travel for more than an hour"));
    }
    let names = config.hosts.iter().map(|host| &host.name);
    let mut names: Vec<_> = names.chain(config.proxies.iter().map(|proxy| &proxy.name)).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    if names.len() < all {
        return Err(LinkError::TooMuch("two hosts or proxies of one name"));
    }
    Ok(())
}

fn is_modest_host(host: &HostConfig) -> bool {
    let programs = &host.service.operations;
    host.contract.operations.len() <= 64
        && host.contract.callback.len() <= 64
        && programs.len() <= 64
        && programs.values().all(|program| program.len() <= 64)
}

fn is_modest_weather(weather: Weather) -> bool {
    weather.latency_us <= HOUR && weather.jitter_us <= HOUR
}
