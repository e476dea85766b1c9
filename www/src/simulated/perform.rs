//! Doing to a world what an act says.

use super::line::{Line, State};
use crate::act::{Act, Ask};
use crate::config::Refusal;
use crate::explain::Reason;
use sessionful::action::Ticket;
use sessionful::host::HostInput;
use sessionful::ids::{NodeId, OperationId};
use sessionful::message::{Header, Message};
use sessionful::proxy::{NewCall, ProxyInput};
use sessionful::sim;
use smol_str::SmolStr;
use std::time::Duration;

/// No more calls are made at once.
const MOST: u32 = 100;

impl Line {
    pub(super) fn perform(&mut self, act: &Act) -> Result<(), Reason> {
        if let Some(refused) = act.node().and_then(|node| self.refused(node)) {
            return Err(Reason::refused(refused));
        }
        let State { world, .. } = &mut self.state;
        match act {
            Act::Open(node) => self.command(*node, "open", ProxyInput::Open, HostInput::Open),
            Act::Close(node) => self.command(*node, "close", ProxyInput::Close, HostInput::Close),
            Act::Abort(node) => self.command(*node, "abort", ProxyInput::Abort, HostInput::Abort),
            Act::Reset(node) => self.command(*node, "reset", ProxyInput::Reset, HostInput::Reset),
            Act::Call(node, ask) => (0..ask.times.min(MOST)).for_each(|_| self.call(*node, ask)),
            Act::Abandon(node, group) => {
                let ticket = world.command_proxy(*node, |t| ProxyInput::Abandon(t, *group));
                self.state.commands.push((*node, ticket, "abandon"));
            }
            Act::Hold(node) => self.weather(*node, |weather| weather.held = true),
            Act::Release(node) => self.weather(*node, |weather| weather.held = false),
            Act::Partition(node) => self.weather(*node, |weather| weather.partitioned = true),
            Act::Heal(node) => self.weather(*node, |weather| weather.partitioned = false),
            Act::Latency(node, span) => {
                let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
                self.weather(*node, |weather| weather.latency_us = micros);
            }
            Act::Cut(node) => world.cut(*node),
            Act::CutChannel(node, channel) => {
                if !world.cut_channel(*node, *channel) {
                    return Err(Reason::plain("nothing is connected on this channel"));
                }
            }
            Act::Delay(flight, span) => {
                if !world.delay(*flight, *span) {
                    return Err(Reason::plain("the message has arrived already"));
                }
            }
            Act::Drop(flight) => {
                if !world.lose(*flight) {
                    return Err(Reason::plain("the message has arrived already"));
                }
            }
            Act::Kill(node) => self.kill(*node),
            Act::Free(label) => world.free(label),
        }
        Ok(())
    }

    fn refused(&self, node: NodeId) -> Option<&Refusal> {
        let name = self.run.cast().name(node);
        let is_proxy = self.run.cast().get(node).is_some_and(|member| member.host.is_some());
        self.refusals.iter().find(|refusal| is_proxy && refusal.name == name)
    }

    fn command(
        &mut self,
        node: NodeId,
        name: &'static str,
        proxy: impl FnOnce(Ticket) -> ProxyInput,
        host: impl FnOnce(Ticket) -> HostInput,
    ) {
        let world = &mut self.state.world;
        let ticket = match world.host(node) {
            Some(_) => world.command_host(node, host),
            None => world.command_proxy(node, proxy),
        };
        self.state.commands.push((node, ticket, name));
    }

    fn call(&mut self, node: NodeId, ask: &Ask) {
        let state = &mut self.state;
        let found = state.world.proxy(node).and_then(|p| p.proxy.contract().named(&ask.operation));
        let operation = found.map_or(OperationId(u16::MAX), |(id, _)| id);
        let mut message = Box::new(Message::request("", ask.arguments.join(" ").into()));
        message.headers = ask.headers.iter().map(header).collect();
        let timeout = ask.timeout_ms.map(|millis| Duration::from_millis(millis.into()));
        let (group, within) = (ask.group, None);
        let asked = Ask { times: 1, ..ask.clone() }.to_string();
        let named = |call| NewCall { call, operation, message, group, timeout, within };
        let call = state.world.call(node, named);
        state.asked.insert((node, call), asked);
    }

    fn weather(&mut self, node: NodeId, change: impl FnOnce(&mut sim::Weather)) {
        let Some(mut weather) = self.state.world.proxy(node).map(|proxy| proxy.weather) else {
            return;
        };
        change(&mut weather);
        self.state.world.set_weather(node, weather);
        self.run.weather.insert(node, weather);
    }

    fn kill(&mut self, host: NodeId) {
        let world = &mut self.state.world;
        let callers: Vec<NodeId> = self.run.cast().proxies().map(|(node, _)| node).collect();
        for node in callers.into_iter().filter(|n| self.run.cast().host_of(*n) == Some(host)) {
            world.cut(node);
        }
        world.command_host(host, HostInput::Abort);
    }
}

fn header((name, value): &(SmolStr, SmolStr)) -> Header {
    Header { name: name.clone(), value: value.clone(), must_understand: false }
}
