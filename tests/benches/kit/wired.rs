//! A proxy and a host without drivers: the actions of one are the inputs of the other.

use super::{BODY, Mode, patient};
use bytes::Bytes;
use sessionful::action::{Action, Answer, Question, Reply, Ticket, Wire};
use sessionful::event::{Event, Record};
use sessionful::host::{Host, HostInput, HostOptions};
use sessionful::ids::{CallId, ChannelId, EndpointId, ExchangeId, NodeId, OperationId, SessionId};
use sessionful::proxy::{NewCall, Proxy, ProxyInput};
use sessionful::{Machine, Message, Outbox, Timestamp};
use std::collections::VecDeque;

/// Who listens to the events.
pub(crate) trait Ear {
    fn hear(&mut self, node: NodeId, event: impl FnOnce() -> Event);
}

/// Nobody does.
impl Ear for () {
    #[inline(always)]
    fn hear(&mut self, _: NodeId, _: impl FnOnce() -> Event) {}
}

/// Everything is written down.
impl Ear for Vec<Record> {
    fn hear(&mut self, node: NodeId, event: impl FnOnce() -> Event) {
        let seq = self.len() as u64;
        self.push(Record { seq, at: Timestamp(seq), node, cause: None, event: event() });
    }
}

struct Out<'a, E> {
    node: NodeId,
    actions: &'a mut VecDeque<Action>,
    ear: &'a mut E,
}

impl<E: Ear> Outbox<Action> for Out<'_, E> {
    fn act(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    #[inline(always)]
    fn note(&mut self, event: impl FnOnce() -> Event) {
        self.ear.hear(self.node, event);
    }
}

pub(crate) struct Wired<E = ()> {
    proxy: Proxy,
    pub(crate) host: Host,
    near: VecDeque<Action>,
    far: VecDeque<Action>,
    pub(crate) ear: E,
    /// The host's end of the proxy's session.
    channel: ChannelId,
    last: u64,
    settled: usize,
}

const ENDPOINT: EndpointId = EndpointId(0);

impl<E: Ear> Wired<E> {
    /// Both ends, open.
    pub(crate) fn new(mode: Mode, ear: E) -> Wired<E> {
        let to = mode.endpoint();
        let proxy = Proxy::new(to.contract.clone(), to.binding.clone(), patient());
        let mut wired = Wired {
            proxy: proxy.expect("a proxy"),
            host: Host::new(vec![to], mode.behavior(), HostOptions::default()),
            near: VecDeque::new(),
            far: VecDeque::new(),
            ear,
            channel: ChannelId(0),
            last: 0,
            settled: 0,
        };
        wired.host(HostInput::Construct);
        wired.host(HostInput::Open(Ticket(1)));
        wired.carry();
        wired.proxy(ProxyInput::Open(Ticket(2)));
        wired.carry();
        wired
    }

    /// Calls, that many at once, until all are answered.
    pub(crate) fn call(&mut self, at_once: usize) {
        self.settled = 0;
        for _ in 0..at_once {
            self.last += 1;
            let message = Box::new(Message::request("", Bytes::from_static(BODY)));
            let (call, operation) = (CallId(self.last), OperationId(0));
            let (group, timeout, within) = (0, None, None);
            let new = NewCall { call, operation, message, group, timeout, within };
            self.proxy(ProxyInput::Call(new));
        }
        self.carry();
        assert_eq!(self.settled, at_once);
    }

    /// Somebody else connects, and calls once if told to.
    pub(crate) fn connect(&mut self, calls: bool) -> ChannelId {
        let channel = self.host.new_channel();
        self.host(HostInput::Connected(ENDPOINT, channel, SessionId(u128::from(channel.0))));
        if calls {
            let id = Some(1.into());
            let message = Message { id, ..Message::request("Echo/echo", Bytes::new()) };
            self.host(HostInput::Wire(Wire::Arrived(channel, message.into())));
        }
        self.carry();
        channel
    }

    /// Their session ends, in good order.
    pub(crate) fn disconnect(&mut self, channel: ChannelId) {
        self.host(HostInput::Wire(Wire::Ended(channel)));
        self.carry();
    }

    /// Gives back the room that a crowd of calls took on the way.
    pub(crate) fn shrink(&mut self) {
        self.near.shrink_to_fit();
        self.far.shrink_to_fit();
    }

    pub(crate) fn pooled_channels(&self) -> usize {
        self.proxy.pool().map_or(0, sessionful::proxy::pool::Pool::len)
    }

    fn proxy(&mut self, input: ProxyInput) {
        let mut out = Out { node: NodeId(1), actions: &mut self.near, ear: &mut self.ear };
        self.proxy.handle(Timestamp::ZERO, input, &mut out);
    }

    fn host(&mut self, input: HostInput) {
        let mut out = Out { node: NodeId(2), actions: &mut self.far, ear: &mut self.ear };
        self.host.handle(Timestamp::ZERO, input, &mut out);
    }

    fn carry(&mut self) {
        loop {
            if let Some(action) = self.near.pop_front() {
                self.carry_there(action);
            } else if let Some(action) = self.far.pop_front() {
                self.carry_back(action);
            } else {
                return;
            }
        }
    }

    fn carry_there(&mut self, action: Action) {
        match action {
            Action::Dial(channel) => {
                self.channel = self.host.new_channel();
                let session = SessionId(1);
                self.host(HostInput::Connected(ENDPOINT, self.channel, session));
                self.proxy(ProxyInput::Wire(Wire::Opened(channel, session)));
            }
            Action::Send { message, .. } => {
                self.host(HostInput::Wire(Wire::Arrived(self.channel, message)));
            }
            Action::Request { channel, message, .. } => {
                self.host(HostInput::Request(ENDPOINT, ExchangeId(channel.0.into()), message));
            }
            Action::Settle(_, Ok(_)) => self.settled += 1,
            Action::Settle(_, Err(error)) => panic!("{error}"),
            _ => {}
        }
    }

    fn carry_back(&mut self, action: Action) {
        match action {
            Action::Listen(endpoint) => self.host(HostInput::Listening(endpoint, Ok(()))),
            Action::MakeSingleton(instance) => self.host(HostInput::SingletonMade(instance, true)),
            Action::Ask(id, question) => self.host(HostInput::Answer(id, answer(question))),
            Action::Send { channel, message, .. } if channel == self.channel => {
                self.proxy(ProxyInput::Wire(Wire::Arrived(ChannelId(1), message)));
            }
            Action::Respond(exchange, message) => {
                let channel = ChannelId(exchange.0.try_into().expect("it was a channel"));
                self.proxy(ProxyInput::Wire(Wire::Response(channel, message)));
            }
            _ => {}
        }
    }
}

fn answer(question: Question) -> Answer {
    match question {
        Question::Construct(..) => Answer::Constructed(Ok(true)),
        Question::Invoke { body, .. } => Answer::Returned(Ok(Reply::from(body))),
        other => panic!("nobody set it up to ask {other:?}"),
    }
}
