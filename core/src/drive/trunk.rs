//! The session channels of one end: pipes, each with its codec and what waits to be sent.

use super::crew::{Crew, Owner};
use super::pipe::{Pipe, PipeError};
use crate::action::{Loss, Wire};
use crate::codec::{Codec, CodecError, Frame};
use crate::ids::ChannelId;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::table::Table;
use crate::time::Timestamp;
use futures::{SinkExt, StreamExt};
use std::collections::VecDeque;
use std::task::{Context, Poll};

/// How many frames may wait for a pipe before its senders wait, and nothing more is read from it.
pub(super) const FULL: usize = 64;

/// How many messages are read from one pipe before the others have their turn.
const TURN: u32 = 64;

/// All pipes of one end.
pub(super) struct Trunk<P, D> {
    lanes: Crew<Lane<P, D>>,
    places: Table<ChannelId, usize>,
    /// The lane that is being read.
    current: Option<usize>,
    /// Lanes that got something to send in this round.
    unwritten: Vec<usize>,
    /// Whose machine takes no more for now (`CONC-10`).
    held: Vec<ChannelId>,
    /// Those that were let go of, and until when they may take what is left to send.
    lingering: VecDeque<(Timestamp, ChannelId, usize)>,
}

struct Lane<P, D> {
    channel: ChannelId,
    pipe: P,
    codec: D,
    queue: VecDeque<Frame>,
    /// It is among the unwritten.
    marked: bool,
    unflushed: bool,
    output: Output,
    /// Found while it was written.
    broken: Option<PipeError>,
    /// Something may still come in.
    reading: bool,
    held: bool,
    congested: bool,
    /// The machine has let go of it; it stays until everything is sent.
    released: bool,
    turn: u32,
}

#[derive(PartialEq)]
enum Output {
    Open,
    Ending,
    Ended,
}

/// What a pipe has to tell.
pub(super) enum News {
    Wire(Wire),
    /// Its queue is full, or has room again.
    Congested(ChannelId, bool),
}

impl<P: Pipe, D: Codec> Trunk<P, D> {
    pub(super) fn new(owner: &Owner) -> Trunk<P, D> {
        Trunk {
            lanes: Crew::new(owner),
            places: Table::new(),
            current: None,
            unwritten: Vec::new(),
            held: Vec::new(),
            lingering: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, channel: ChannelId, pipe: P, codec: D) {
        let place = self.lanes.insert(Lane {
            channel,
            pipe,
            codec,
            queue: VecDeque::new(),
            marked: false,
            unflushed: false,
            output: Output::Open,
            broken: None,
            reading: true,
            held: false,
            congested: false,
            released: false,
            turn: 0,
        });
        self.places.insert(channel, place);
    }

    /// Queues a message, to be written when the round ends. An error tells that it has no form.
    pub(super) fn send(&mut self, channel: ChannelId, message: &Message) -> Result<(), CodecError> {
        if let Some(&place) = self.places.get(&channel)
            && let Some((lane, _)) = self.lanes.get(place)
        {
            lane.queue.push_back(lane.codec.encode(message)?);
            if !std::mem::replace(&mut lane.marked, true) {
                self.unwritten.push(place);
            }
        }
        Ok(())
    }

    /// Writes what was queued in this round, as far as the pipes take it.
    pub(super) fn write(&mut self) {
        let mut unwritten = std::mem::take(&mut self.unwritten);
        for place in unwritten.drain(..) {
            let Some((lane, waker)) = self.lanes.get(place) else { continue };
            lane.marked = false;
            lane.broken = lane.write(&mut Context::from_waker(waker)).err();
            if lane.broken.is_some() || (lane.queue.len() >= FULL) != lane.congested {
                self.lanes.ring(place); // there is something to tell
            }
        }
        self.unwritten = unwritten;
    }

    pub(super) fn end_output(&mut self, channel: ChannelId) {
        if let Some(&place) = self.places.get(&channel)
            && let Some((lane, _)) = self.lanes.get(place)
        {
            if lane.output == Output::Open {
                lane.output = Output::Ending;
            }
            self.lanes.ring(place);
        }
    }

    /// Lets go of a channel: at once to abort it, or else when everything is sent, but not later
    /// than a time. False: it has no pipe.
    pub(super) fn release(&mut self, channel: ChannelId, until: Option<Timestamp>) -> bool {
        let Some(place) = self.places.remove(&channel) else { return false };
        self.held.retain(|held| *held != channel);
        let Some(until) = until else {
            self.lanes.remove(place); // dropping the pipe cuts it
            return true;
        };
        if let Some((lane, _)) = self.lanes.get(place) {
            lane.released = true;
            lane.reading = false;
            if lane.output == Output::Open {
                lane.output = Output::Ending;
            }
            self.lanes.ring(place);
            self.lingering.push_back((until, channel, place));
        }
        true
    }

    /// When the first of those that linger is cut.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.lingering.front().map(|(until, ..)| *until)
    }

    /// Cuts those that were let go of, and whose peers do not take what is left.
    pub(super) fn cut(&mut self, now: Timestamp) {
        while let Some(&(until, channel, place)) = self.lingering.front() {
            if until > now {
                return;
            }
            self.lingering.pop_front();
            if self.is_lingering(channel, place) {
                self.lanes.remove(place);
            }
        }
    }

    /// Of those that linger, forgets the first as long as they are gone.
    fn forget_lingering(&mut self) {
        while let Some(&(_, channel, place)) = self.lingering.front() {
            if self.is_lingering(channel, place) {
                return;
            }
            self.lingering.pop_front();
        }
    }

    /// Its place may be another's by now.
    fn is_lingering(&mut self, channel: ChannelId, place: usize) -> bool {
        self.lanes.get(place).is_some_and(|(lane, _)| lane.channel == channel)
    }

    /// The machine takes no more from a channel for now.
    pub(super) fn hold(&mut self, channel: ChannelId) {
        if let Some(&place) = self.places.get(&channel)
            && let Some((lane, _)) = self.lanes.get(place)
            && !std::mem::replace(&mut lane.held, true)
        {
            self.held.push(channel);
        }
    }

    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Reads again from the channels that the machine takes more from.
    pub(super) fn unhold(&mut self, is_receptive: impl Fn(ChannelId) -> bool) {
        let Trunk { lanes, places, held, .. } = self;
        held.retain(|channel| {
            if !is_receptive(*channel) {
                return true;
            }
            if let Some(&place) = places.get(channel)
                && let Some((lane, _)) = lanes.get(place)
            {
                lane.held = false;
                lanes.ring(place);
            }
            false
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    pub(super) fn begin_round(&mut self) -> bool {
        self.lanes.begin_round()
    }

    pub(super) fn is_rung(&self) -> bool {
        self.lanes.is_rung()
    }

    /// The next thing that happened on a pipe, in this round.
    pub(super) fn next(&mut self) -> Option<News> {
        while let Some(place) = self.current.take().or_else(|| self.lanes.next_rung()) {
            let Some((lane, waker)) = self.lanes.get(place) else { continue };
            let visit = lane.visit(&mut Context::from_waker(waker));
            let channel = lane.channel;
            match visit {
                Visit::Rest => {}
                Visit::Gone => {
                    self.lanes.remove(place);
                    self.forget_lingering();
                }
                Visit::Lost(loss) => {
                    self.lanes.remove(place);
                    if self.places.get(&channel) == Some(&place) {
                        self.places.remove(&channel);
                        self.held.retain(|held| *held != channel);
                        return Some(News::Wire(Wire::Lost(channel, loss)));
                    }
                }
                Visit::News(news) => {
                    self.current = Some(place);
                    return Some(news);
                }
            }
        }
        None
    }
}

enum Visit {
    Rest,
    Gone,
    Lost(Loss),
    /// There may be more.
    News(News),
}

impl<P: Pipe, D: Codec> Lane<P, D> {
    fn visit(&mut self, cx: &mut Context<'_>) -> Visit {
        match self.write(cx) {
            Err(error) if self.released => {
                drop(error); // it was over anyway
                return Visit::Gone;
            }
            Err(error) => return Visit::Lost(error.into()),
            Ok(()) => {}
        }
        let full = self.queue.len() >= FULL;
        if full != self.congested {
            self.congested = full;
            return Visit::News(News::Congested(self.channel, full));
        }
        if self.released {
            return if self.output == Output::Ended { Visit::Gone } else { Visit::Rest };
        }
        // A peer that does not take its replies gets no more requests carried out.
        match self.reading {
            true if self.held || full => Visit::Rest,
            true => self.read(cx),
            false => self.listen(cx),
        }
    }

    /// Nothing more comes in, but the connection may still break (`SESS-21`).
    fn listen(&mut self, cx: &mut Context<'_>) -> Visit {
        match self.pipe.poll_next_unpin(cx) {
            Poll::Ready(Some(Err(error))) => Visit::Lost(error.into()),
            _ => Visit::Rest,
        }
    }

    #[inline]
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), PipeError> {
        let at_rest = self.queue.is_empty() && !self.unflushed && self.output != Output::Ending;
        if at_rest && self.broken.is_none() { Ok(()) } else { self.write_all(cx) }
    }

    fn write_all(&mut self, cx: &mut Context<'_>) -> Result<(), PipeError> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        while !self.queue.is_empty() {
            match self.pipe.poll_ready_unpin(cx)? {
                Poll::Pending => break,
                Poll::Ready(()) => {
                    if let Some(frame) = self.queue.pop_front() {
                        self.pipe.start_send_unpin(frame)?;
                        self.unflushed = true;
                    }
                }
            }
        }
        if self.unflushed && self.pipe.poll_flush_unpin(cx)?.is_ready() {
            self.unflushed = false;
        }
        let sent = self.queue.is_empty() && !self.unflushed;
        if self.output == Output::Ending && sent && self.pipe.poll_close_unpin(cx)?.is_ready() {
            self.output = Output::Ended;
        }
        Ok(())
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Visit {
        self.turn += 1;
        if self.turn > TURN {
            self.turn = 0;
            cx.waker().wake_by_ref(); // the others first
            return Visit::Rest;
        }
        match self.pipe.poll_next_unpin(cx) {
            Poll::Pending => {
                self.turn = 0;
                Visit::Rest
            }
            Poll::Ready(None) => {
                self.reading = false;
                Visit::News(News::Wire(Wire::Ended(self.channel)))
            }
            Poll::Ready(Some(Err(error))) => Visit::Lost(error.into()),
            Poll::Ready(Some(Ok(frame))) => match self.codec.decode(frame) {
                Ok(message) => Visit::News(News::Wire(Wire::Arrived(self.channel, message.into()))),
                Err(error) => Visit::Lost(Loss::Garbled(error.to_string().into())),
            },
        }
    }
}

/// What a caller gets in place of a reply that cannot be written.
pub(super) fn unsendable_reply(reply: &Message, error: &CodecError) -> Option<Message> {
    let relates_to = Some(reply.relates_to.clone()?);
    let reason = format!("the reply cannot be sent: {}", error.told());
    let content = Content::Fault(Fault::runtime(FaultCode::InternalService, reason));
    Some(Message { relates_to, content, ..Message::default() })
}
