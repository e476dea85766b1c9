//! Channels: pooled ones, the one of a session, and what becomes of them when something breaks.

use super::Scenario;
use super::kit::{call, calls, contract, host, proxy, scenario};
use crate::act::{Act, Ask};
use crate::config::HostConfig;
use crate::run::Target;
use sessionful::ids::{ChannelId, NodeId};
use sessionful::{Binding, ConcurrencyMode, InstanceMode, SessionMode};
use std::time::Duration;

fn echo() -> HostConfig {
    host("Echo", contract("Echo", SessionMode::Allowed, &["echo"]), Binding::fetch())
        .instancing(InstanceMode::PerCall)
        .does("echo", &["work 800ms", "return $1"])
}

fn total(binding: Binding) -> HostConfig {
    host("Total", contract("Total", SessionMode::Required, &["add", "slow"]), binding)
        .does("add", &["work 300ms", "add $1", "return state"])
        .does("slow", &["work 3s", "return state"])
}

pub(super) fn pooled_reuse() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "pooled-reuse",
        "A pool grows to what is needed and is reused",
        "Without a session each call in progress has a channel; idle ones serve the next calls.",
        &["PROXY-12", "PROXY-13", "PROXY-14", "PROXY-15"],
    )
    .host(echo())
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(500, call(caller, "echo", "a"))
    .at(3_000, call(caller, "echo", "b"))
    .at(5_500, calls(caller, "echo", "c", 3))
    .at(8_000, call(caller, "echo", "d"))
    .at(10_500, Act::Close(caller))
    .say(0, "The proxy is open, yet it has no channel: without a session none is needed so far.")
    .of(Target::Proxy(caller))
    .say(500, "The first call makes a channel and leases it until the answer is back.")
    .of(Target::Channel(caller, ChannelId(1)))
    .say(2_300, "The channel is idle now. It stays open in the pool.")
    .of(Target::Channel(caller, ChannelId(1)))
    .say(3_000, "The next call does not make another channel: it reuses the idle one.")
    .of(Target::Channel(caller, ChannelId(1)))
    .say(5_500, "Three calls at once: one reuses, two need new channels. The pool is three now.")
    .of(Target::Proxy(caller))
    .say(8_000, "Later calls find idle channels. Nothing closes them but closing the proxy.")
    .of(Target::Proxy(caller))
    .say(10_500, "The proxy is closed, and all channels of its pool with it.")
}

pub(super) fn pooled_fault() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "pooled-fault",
        "A broken channel is dropped from the pool",
        "One of three calls loses its connection; the proxy and the other calls do not mind.",
        &["PROXY-13", "PROXY-16"],
    )
    .host(echo())
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(500, calls(caller, "echo", "x", 3))
    .at(1_300, Act::CutChannel(caller, ChannelId(2)))
    .at(4_000, call(caller, "echo", "y"))
    .say(500, "Three calls are under way, each on a channel of its own.")
    .say(
        1_300,
        "The wire of the second channel is cut: its call fails, the channel is thrown away.",
    )
    .of(Target::Proxy(caller))
    .say(2_600, "The other two calls are answered. The proxy is still open: nothing tied them.")
    .of(Target::Proxy(caller))
    .say(4_000, "The next call takes a channel that is left. No repair was necessary.")
}

pub(super) fn session_fault() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "session-fault",
        "A broken session faults the proxy",
        "A sessionful proxy has one channel; when that breaks, the proxy is broken.",
        &["PROXY-2", "PROXY-5", "PROXY-11", "PROXY-16", "SESS-21"],
    )
    .host(total(Binding::websocket()))
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, call(caller, "add", "5"))
    .at(3_500, call(caller, "slow", ""))
    .at(4_800, Act::CutChannel(caller, ChannelId(1)))
    .at(6_000, call(caller, "add", "1"))
    .at(7_500, Act::Close(caller))
    .at(8_500, Act::Reset(caller))
    .at(9_500, Act::Open(caller))
    .at(11_000, call(caller, "add", "7"))
    .say(0, "Opening this proxy connects it: the session is one channel for all its calls.")
    .of(Target::Proxy(caller))
    .say(1_500, "The service keeps an object for this session. It adds 5.")
    .of(Target::Host(service))
    .say(3_500, "A slow call is running.")
    .say(
        4_800,
        "The wire is cut. The call fails, and the proxy has faulted: its only channel is gone.",
    )
    .of(Target::Proxy(caller))
    .say(6_000, "A faulted proxy refuses every call at once. Nothing is sent.")
    .of(Target::Proxy(caller))
    .say(7_500, "Close, reset, open: the way back.")
    .of(Target::Proxy(caller))
    .say(11_000, "A new session has a new object: the total begins at 0 again, and is 7.")
    .of(Target::Host(service))
}

pub(super) fn abandon_or_abort() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let slow = contract("Slow", SessionMode::Required, &["block", "echo"]);
    let block = |group| Act::Call(caller, Ask::new("block").group(group));
    scenario(
        "abandon-abort",
        "Abandon is not abort",
        "Abandoning gives up one result; aborting ends everything and faults the proxy.",
        &["CALL-5", "CALL-6", "CALL-7", "CALL-9"],
    )
    .host(
        host("Slow", slow, Binding::websocket())
            .concurrency(ConcurrencyMode::Multiple)
            .does("block", &["work 4s", "return late"])
            .does("echo", &["return $1"]),
    )
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, block(7))
    .at(3_000, Act::Abandon(caller, 7))
    .at(3_400, call(caller, "echo", "fine"))
    .at(7_500, block(8))
    .at(9_000, Act::Abort(caller))
    .say(1_500, "A slow call is made, in group 7.")
    .say(3_000, "It is abandoned: its caller is told at once, without waiting for the network.")
    .of(Target::Proxy(caller))
    .say(3_400, "The proxy goes on as if nothing had been. Another call is answered.")
    .say(5_000, "The service never heard of it: the operation is still running.")
    .of(Target::Host(service))
    .say(6_500, "Its late answer has come, was read, and dropped.")
    .say(9_000, "Abort is another thing: everything ends, the session is cut, the proxy faults.")
    .of(Target::Proxy(caller))
}

pub(super) fn unplugged() -> Scenario {
    let [pool_host, session_host, pooled, session] = [1, 2, 3, 4].map(NodeId);
    scenario(
        "unplugged",
        "The connection is lost in the middle of a call",
        "The network goes while both proxies wait: one forgets a channel, one is broken.",
        &["PROXY-7", "PROXY-16", "SESS-21"],
    )
    .host(echo())
    .host(total(Binding::websocket()))
    .proxy(proxy("pooled", 0))
    .proxy(proxy("session", 1))
    .all(0, [pool_host, session_host, pooled, session].map(Act::Open))
    .at(1_500, call(session, "slow", ""))
    .at(1_700, call(pooled, "echo", "a"))
    .all(2_500, [pooled, session].map(Act::Partition))
    .at(4_000, call(pooled, "echo", "b"))
    .all(6_000, [pooled, session].map(Act::Heal))
    .at(7_000, call(pooled, "echo", "c"))
    .at(9_500, Act::Close(session))
    .at(10_000, Act::Reset(session))
    .at(10_500, Act::Open(session))
    .say(1_500, "Both services are working on a call.")
    .say(
        2_500,
        "The network is unplugged. Both calls fail; whether they were carried out, nobody knows.",
    )
    .of(Target::Proxy(session))
    .say(4_000, "The pooled proxy is still open: it tries another channel, and finds nobody.")
    .of(Target::Proxy(pooled))
    .say(6_000, "The network is back.")
    .say(7_000, "The pooled proxy simply works again.")
    .of(Target::Proxy(pooled))
    .say(
        9_500,
        "The sessionful one must be closed, reset and opened: its session cannot come back.",
    )
    .of(Target::Proxy(session))
}

pub(super) fn silent_line() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    scenario(
        "silent-line",
        "A line that is silent, and a call that does not wait for ever",
        "Nothing gets through and nobody is told; the call's own timeout saves its caller.",
        &["CALL-8", "GOT-12", "PROXY-20"],
    )
    .host(total(Binding::websocket()))
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, call(caller, "add", "1"))
    .at(3_500, Act::Hold(caller))
    .at(4_000, Act::Call(caller, Ask::new("add").with("2").timeout_ms(3_000)))
    .at(9_000, Act::Release(caller))
    .at(11_500, call(caller, "add", "4"))
    .say(3_500, "The line is held: it looks connected, but nothing gets through.")
    .of(Target::Channel(caller, ChannelId(1)))
    .say(4_000, "A call that waits no longer than three seconds is sent into the silence.")
    .say(7_000, "Time is up. The call has failed; the session has not, as far as anyone knows.")
    .of(Target::Proxy(caller))
    .say(9_000, "The line lets go: the request arrives late, and is carried out all the same.")
    .of(Target::Host(service))
    .say(11_500, "The total is 7: a timeout says nothing about what the service did.")
}

pub(super) fn idle_session() -> Scenario {
    let [service, caller] = [1, 2].map(NodeId);
    let mut binding = Binding::websocket();
    binding.timeouts.receive = Duration::from_secs(5);
    scenario(
        "idle-session",
        "A session without a message is ended by the host",
        "A host does not keep an object for somebody who says nothing: here for 5 seconds.",
        &["SESS-21", "SESS-22", "PROXY-5"],
    )
    .host(total(binding))
    .proxy(proxy("caller", 0))
    .all(0, [service, caller].map(Act::Open))
    .at(1_500, call(caller, "add", "3"))
    .at(9_000, call(caller, "add", "4"))
    .say(1_500, "The last message of this session for a while. The host's idle timer begins anew.")
    .of(Target::Host(service))
    .say(3_500, "Silence. The object waits, and takes up memory.")
    .say(
        7_000,
        "Five seconds without a message: the host aborts the session, its object is disposed of.",
    )
    .of(Target::Host(service))
    .say(
        9_000,
        "The next call finds the proxy faulted. A longer receive timeout would have helped.",
    )
    .of(Target::Proxy(caller))
}
