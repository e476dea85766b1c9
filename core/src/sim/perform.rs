//! Carrying out what the machines of a world ask for, and delivering what is on its way.

use super::actor::Effect;
use super::link::{Cargo, Far, Link, Toward};
use super::{HostNode, Input, World};
use crate::action::{Action, Loss, Wire};
use crate::host::HostInput;
use crate::ids::{CallId, ChannelId, DispatchId, EndpointId, ExchangeId, NodeId};
use crate::message::Message;
use crate::proxy::{NewCall, ProxyInput};

impl World {
    pub(super) fn perform(&mut self, node: NodeId, action: Action, cause: Option<u64>) {
        match action {
            Action::Dial(channel) => {
                let link = self.connect(node, channel);
                self.send(link, Toward::Host, Cargo::Connect, cause);
            }
            Action::Request { channel, message, .. } => {
                let link = self.connect(node, channel);
                self.send(link, Toward::Host, Cargo::Message(message), cause);
            }
            Action::Send { channel, message, .. } => {
                self.send_from(node, channel, Cargo::Message(message), cause);
            }
            Action::EndOutput(channel) => self.send_from(node, channel, Cargo::End, cause),
            Action::Release { channel, abort } => self.let_go(node, channel, abort, cause),
            Action::Respond(exchange, answer) => {
                let link = self.hosts.get_mut(&node).and_then(|h| h.exchanges.remove(&exchange));
                if let Some(link) = link {
                    self.send(link, Toward::Proxy, Cargo::Answer(answer), cause);
                }
            }
            Action::Cut(exchange) => {
                let link = self.hosts.get_mut(&node).and_then(|h| h.exchanges.remove(&exchange));
                if let Some(link) = link {
                    let broken = Loss::Broken("the peer broke off".into());
                    self.send(link, Toward::Proxy, Cargo::Break(broken), cause);
                }
            }
            Action::Listen(endpoint) => self.listen(node, endpoint, cause),
            Action::Unlisten(endpoint) => {
                if let Some(host) = self.hosts.get_mut(&node) {
                    host.listening.remove(&endpoint);
                }
            }
            Action::Settle(call, result) => self.settle_call(node, call, result),
            Action::ProxyDone(ticket, result) => {
                if let Some(proxy) = self.proxies.get_mut(&node) {
                    proxy.done.insert(ticket, result);
                }
            }
            Action::HostDone(ticket, result) => {
                if let Some(host) = self.hosts.get_mut(&node) {
                    host.done.insert(ticket, result);
                }
            }
            other => self.ask_actor(node, other, cause),
        }
    }

    fn listen(&mut self, node: NodeId, endpoint: EndpointId, cause: Option<u64>) {
        let Some(host) = self.hosts.get_mut(&node) else { return };
        let deaf = host.deaf.contains(&endpoint);
        let result = if deaf { Err("address in use".into()) } else { Ok(()) };
        if !deaf {
            host.listening.insert(endpoint);
        }
        self.later(node, Input::Host(HostInput::Listening(endpoint, result)), cause);
    }

    /// What concerns the service, or the callback object.
    fn ask_actor(&mut self, node: NodeId, action: Action, cause: Option<u64>) {
        let (now, order) = (self.now, self.next_order());
        if let Some(host) = self.hosts.get_mut(&node) {
            let contract =
                host.host.endpoints().first().map(|e| std::sync::Arc::clone(&e.contract));
            let dispatcher = host.host.dispatcher();
            let effect = host.actor.hear(now, order, dispatcher, contract.as_deref(), action);
            match effect {
                Effect::Nothing => {}
                Effect::Answer(dispatch, answer) => {
                    self.later(node, Input::Host(HostInput::Answer(dispatch, answer)), cause);
                }
                Effect::Made(instance, made) => {
                    let made = HostInput::SingletonMade(instance, made);
                    self.later(node, Input::Host(made), cause);
                }
                Effect::Idle(context, idle) => {
                    let idle = HostInput::ContextIdle(context, idle);
                    self.later(node, Input::Host(idle), cause);
                }
                Effect::Running => self.note_peak(node),
            }
        } else if let Some(proxy) = self.proxies.get_mut(&node) {
            let Some(dispatcher) = proxy.proxy.dispatcher() else { return };
            let contract = proxy.proxy.contract().callback();
            let effect = proxy.actor.hear(now, order, dispatcher, contract, action);
            if let Effect::Answer(dispatch, answer) = effect {
                self.later(node, Input::Proxy(ProxyInput::Answer(dispatch, answer)), cause);
            }
        }
    }

    fn note_peak(&mut self, node: NodeId) {
        if let Some(host) = self.hosts.get_mut(&node) {
            let running = host.actor.running();
            host.counts.peak = host.counts.peak.max(running);
        }
    }

    fn connect(&mut self, node: NodeId, channel: ChannelId) -> u64 {
        let session = self.random.session();
        let Some(proxy) = self.proxies.get_mut(&node) else { return 0 };
        let id = self.next_link;
        self.next_link += 1;
        proxy.links.insert(channel, id);
        let link = Link {
            proxy: (node, channel),
            host: proxy.host,
            endpoint: proxy.endpoint,
            far: Far::Nobody,
            session,
            to_host: Default::default(),
            to_proxy: Default::default(),
        };
        self.links.insert(id, link);
        id
    }

    fn link_of(&self, node: NodeId, channel: ChannelId) -> Option<(u64, Toward)> {
        if let Some(proxy) = self.proxies.get(&node) {
            return Some((*proxy.links.get(&channel)?, Toward::Host));
        }
        let host = self.hosts.get(&node)?;
        Some((*host.channels.get(&channel)?, Toward::Proxy))
    }

    fn send_from(&mut self, node: NodeId, channel: ChannelId, cargo: Cargo, cause: Option<u64>) {
        if let Some((link, toward)) = self.link_of(node, channel) {
            self.send(link, toward, cargo, cause);
        }
    }

    /// An end lets go of a channel: in good order what was sent still arrives; after an abort the
    /// other end sees a break.
    fn let_go(&mut self, node: NodeId, channel: ChannelId, abort: bool, cause: Option<u64>) {
        let Some((id, toward)) = self.link_of(node, channel) else { return };
        if let Some(proxy) = self.proxies.get_mut(&node) {
            proxy.links.remove(&channel);
        }
        if let Some(host) = self.hosts.get_mut(&node) {
            host.channels.remove(&channel);
        }
        let Some(link) = self.links.get_mut(&id) else { return };
        let back = match toward {
            Toward::Host => Toward::Proxy,
            Toward::Proxy => Toward::Host,
        };
        link.queue(back).clear();
        if abort {
            link.queue(toward).clear();
            self.send(id, toward, Cargo::Break(Loss::Broken("the peer broke off".into())), cause);
        } else {
            self.drop_if_over(id);
        }
    }

    /// A link that nobody holds and nothing travels on is no more.
    fn drop_if_over(&mut self, id: u64) {
        let Some(link) = self.links.get(&id) else { return };
        let held_by_proxy =
            self.proxies.get(&link.proxy.0).is_some_and(|p| p.links.values().any(|l| *l == id));
        let held_by_host = self.hosts.get(&link.host).is_some_and(|host| {
            host.channels.values().chain(host.exchanges.values()).any(|held| *held == id)
        });
        let to_host = held_by_host || matches!(link.far, Far::Nobody);
        let travelling =
            (!link.to_host.is_empty() && to_host) || (!link.to_proxy.is_empty() && held_by_proxy);
        if !held_by_proxy && !held_by_host && !travelling {
            self.links.remove(&id);
        }
    }

    pub(super) fn deliver(&mut self, id: u64, toward: Toward) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let Some(flight) = link.queue(toward).pop_front() else { return };
        match toward {
            Toward::Host => self.deliver_to_host(id, flight.cargo, flight.cause),
            Toward::Proxy => self.deliver_to_proxy(id, flight.cargo, flight.cause),
        }
        self.do_all();
        self.drop_if_over(id);
    }

    fn deliver_to_host(&mut self, id: u64, cargo: Cargo, cause: Option<u64>) {
        let Some(link) = self.links.get(&id) else { return };
        let (node, endpoint, session, far) = (link.host, link.endpoint, link.session, link.far);
        let partitioned =
            self.proxies.get(&link.proxy.0).is_some_and(|proxy| proxy.weather.partitioned);
        let single = !matches!(cargo, Cargo::Connect);
        let fits = |host: &HostNode| {
            host.host.kind(endpoint).is_some_and(|kind| kind.shape.is_exchange() == single)
        };
        let listening = self
            .hosts
            .get(&node)
            .is_some_and(|host| host.listening.contains(&endpoint) && fits(host) && !partitioned);
        let input = match (cargo, far) {
            (Cargo::Connect | Cargo::Message(_), Far::Nobody) if !listening => {
                self.send(id, Toward::Proxy, Cargo::Break(Loss::NotFound), cause);
                return;
            }
            (Cargo::Connect, Far::Nobody) => {
                let channel = self.accept(node, id);
                self.send(id, Toward::Proxy, Cargo::Connected, cause);
                HostInput::Connected(endpoint, channel, session)
            }
            (Cargo::Message(message), Far::Nobody) => {
                HostInput::Request(endpoint, self.accept_exchange(node, id), message)
            }
            (Cargo::Message(message), Far::Channel(channel)) => {
                HostInput::Wire(Wire::Arrived(channel, message))
            }
            (Cargo::End, Far::Channel(channel)) => HostInput::Wire(Wire::Ended(channel)),
            (Cargo::Break(loss), far) => {
                self.forget_far(id);
                match far {
                    Far::Channel(channel) => HostInput::Wire(Wire::Lost(channel, loss)),
                    Far::Exchange(exchange) => HostInput::ExchangeLost(endpoint, exchange),
                    Far::Nobody => return,
                }
            }
            _ => return,
        };
        self.later(node, Input::Host(input), cause);
    }

    fn accept(&mut self, node: NodeId, id: u64) -> ChannelId {
        let Some(host) = self.hosts.get_mut(&node) else { return ChannelId(0) };
        let channel = host.host.new_channel();
        host.channels.insert(channel, id);
        self.set_far(id, Far::Channel(channel));
        channel
    }

    fn accept_exchange(&mut self, node: NodeId, id: u64) -> ExchangeId {
        let Some(host) = self.hosts.get_mut(&node) else { return ExchangeId(0) };
        let exchange = host.next_exchange.take();
        host.exchanges.insert(exchange, id);
        self.set_far(id, Far::Exchange(exchange));
        exchange
    }

    fn set_far(&mut self, id: u64, far: Far) {
        if let Some(link) = self.links.get_mut(&id) {
            link.far = far;
        }
    }

    fn forget_far(&mut self, id: u64) {
        if let Some(link) = self.links.get(&id).cloned() {
            self.forget_link(&link);
        }
    }

    fn deliver_to_proxy(&mut self, id: u64, cargo: Cargo, cause: Option<u64>) {
        let Some(link) = self.links.get(&id) else { return };
        let (node, channel) = link.proxy;
        let held = self.proxies.get(&node).and_then(|proxy| proxy.links.get(&channel));
        if held != Some(&id) {
            return;
        }
        let wire = match cargo {
            Cargo::Connected => Wire::Opened(channel, link.session),
            Cargo::Message(message) => Wire::Arrived(channel, message),
            Cargo::End => Wire::Ended(channel),
            Cargo::Answer(answer) => {
                self.forget_far(id);
                Wire::Response(channel, answer)
            }
            Cargo::Break(loss) => {
                self.forget_far(id);
                Wire::Lost(channel, loss)
            }
            Cargo::Connect => return,
        };
        self.later(node, Input::Proxy(ProxyInput::Wire(wire)), cause);
    }

    /// A call of a proxy, or of an operation, has ended.
    fn settle_call(
        &mut self,
        node: NodeId,
        call: CallId,
        result: Result<Box<Message>, crate::error::ProxyError>,
    ) {
        let order = self.next_order();
        if let Some(host) = self.hosts.get_mut(&node) {
            host.actor.answered(self.now, order, call, result);
            return self.note_peak(node);
        }
        let Some(proxy) = self.proxies.get_mut(&node) else { return };
        if proxy.actor.answered(self.now, order, call, result.clone()) {
            return;
        }
        match proxy.for_others.remove(&call) {
            None => drop(proxy.settled.insert(call, result)),
            Some((other, dispatch, their_call)) => {
                // The operation may go on once it has its gate again (CONC-6).
                if let Some(host) = self.hosts.get_mut(&other) {
                    host.actor.keep(their_call, result);
                }
                let back = HostInput::StepIn(dispatch, their_call);
                self.later(other, Input::Host(back), None);
            }
        }
    }

    /// An operation goes on until it waits again.
    pub(super) fn run_on(&mut self, node: NodeId, dispatch: DispatchId) {
        let (now, order) = (self.now, self.next_order());
        let call = self.next_call;
        let wish = if let Some(host) = self.hosts.get_mut(&node) {
            host.actor.run(now, order, dispatch, call, host.host.dispatcher())
        } else if let Some(proxy) = self.proxies.get_mut(&node) {
            let Some(dispatcher) = proxy.proxy.dispatcher() else { return };
            proxy.actor.run(now, order, dispatch, call, dispatcher)
        } else {
            return;
        };
        self.note_peak(node);
        for wish in wish {
            self.grant(node, dispatch, wish);
        }
        self.do_all();
    }

    /// What an operation wants of the machine that it runs in.
    fn grant(&mut self, node: NodeId, dispatch: DispatchId, wish: super::actor::Wish) {
        use super::actor::Wish;
        let is_host = self.hosts.get(&node).is_some();
        match wish {
            Wish::Answer(answer) if is_host => {
                self.later(node, Input::Host(HostInput::Answer(dispatch, answer)), None);
            }
            Wish::Answer(answer) => {
                self.later(node, Input::Proxy(ProxyInput::Answer(dispatch, answer)), None);
            }
            Wish::Host(input) => self.later(node, Input::Host(input), None),
            Wish::CallBack { channel, name, body } => {
                self.call_back(node, dispatch, channel, &name, body);
            }
            Wish::CallOut { proxy, name, body } => {
                self.call_out(node, dispatch, &proxy, &name, body);
            }
        }
    }

    fn call_back(
        &mut self,
        node: NodeId,
        dispatch: DispatchId,
        channel: ChannelId,
        name: &str,
        message: Box<Message>,
    ) {
        let call = self.next_call.take();
        let within = Some(dispatch);
        if let Some(host) = self.hosts.get(&node) {
            let contract = host.host.endpoints().first().and_then(|e| e.contract.callback());
            let operation = contract.and_then(|contract| contract.named(name));
            let operation = operation.map_or(crate::ids::OperationId(u16::MAX), |(id, _)| id);
            let timeout = None;
            let input = HostInput::Call { call, channel, operation, message, within, timeout };
            return self.later(node, Input::Host(input), None);
        }
        let Some(proxy) = self.proxies.get(&node) else { return };
        let operation = proxy.proxy.contract().named(name);
        let operation = operation.map_or(crate::ids::OperationId(u16::MAX), |(id, _)| id);
        let new = NewCall { call, operation, message, group: 0, timeout: None, within };
        self.later(node, Input::Proxy(ProxyInput::Call(new)), None);
    }

    fn call_out(
        &mut self,
        node: NodeId,
        dispatch: DispatchId,
        name: &str,
        operation: &str,
        message: Box<Message>,
    ) {
        let theirs = self.next_call.take();
        let call = self.next_call.take();
        self.later(node, Input::Host(HostInput::StepOut(dispatch, theirs)), None);
        let Some(through) = self.node(name) else { return };
        let Some(proxy) = self.proxies.get_mut(&through) else { return };
        proxy.for_others.insert(call, (node, dispatch, theirs));
        let operation = proxy.proxy.contract().named(operation);
        let operation = operation.map_or(crate::ids::OperationId(u16::MAX), |(id, _)| id);
        let new = NewCall { call, operation, message, group: 0, timeout: None, within: None };
        self.later(through, Input::Proxy(ProxyInput::Call(new)), None);
    }
}
