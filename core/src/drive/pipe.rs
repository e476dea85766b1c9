//! Transports, as a driver sees them: pipes carry sessions, exchanges carry single requests.

use crate::action::Loss;
use crate::binding::Shape;
use crate::codec::Frame;
use crate::ids::SessionId;
use futures::{Sink, Stream};
use smol_str::SmolStr;
use std::future::Future;
use std::task::{Context, Poll};

/// Both directions of a session: whole messages in, whole messages out.
///
/// Closing the sink ends one direction: the peer's stream ends. Dropping a pipe that was not closed
/// cuts it: the peer's stream yields an error.
///
/// A stream that has ended is asked on: it is pending, and yields an error should the connection break
/// before this end is done as well (`SESS-21`). One that ends again tells nothing more.
pub trait Pipe:
    Stream<Item = Result<Frame, PipeError>> + Sink<Frame, Error = PipeError> + Unpin
{
}

impl<T> Pipe for T where
    T: Stream<Item = Result<Frame, PipeError>> + Sink<Frame, Error = PipeError> + Unpin
{
}

/// A way to send one request at a time and get at most one answer (`PROXY-21`).
pub trait Exchange {
    /// Sends a request; nothing comes back if the operation is one-way.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future aborts the exchange; the request may have reached the peer.
    fn send(&self, request: Frame) -> impl Future<Output = Result<Option<Frame>, PipeError>>;
}

/// The connecting side of a transport.
pub trait Connector {
    /// What carries a session.
    type Pipe: Pipe;
    /// What carries single requests.
    type Exchange: Exchange;

    /// Connects a session; the transport names it (`SESS-23`).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up.
    fn dial(
        &self,
        address: &str,
    ) -> impl Future<Output = Result<(Self::Pipe, SessionId), PipeError>>;

    /// A channel for single requests. Nothing travels before its first request.
    fn exchange(&self, address: &str) -> Self::Exchange;
}

/// The listening side of a transport: a stream of what comes in. It ends when nothing can come in
/// any more.
pub trait Acceptor: Stream<Item = Incoming<Self::Pipe, Self::Responder>> + Unpin {
    /// What carries a session.
    type Pipe: Pipe;
    /// What carries the answer to a single request.
    type Responder: Responder;

    /// Begins to listen for what the shape tells: sessions or single requests.
    /// [`Incoming::Listening`] answers; the stream is polled afterwards, so nobody needs to be woken.
    fn listen(&mut self, address: &str, shape: Shape);

    /// Stops listening. What has come in stays.
    fn unlisten(&mut self, address: &str);
}

/// Where the answer to a single request goes. Dropping it unused cuts the exchange.
pub trait Responder: Unpin {
    /// Answers; with nothing, if the operation is one-way.
    fn respond(self, answer: Option<Frame>);

    /// Ready once the client has gone: an answer would reach nobody.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// What comes in at a listening transport.
///
/// ```
/// use sessionful::drive::{Incoming, PipeError};
///
/// let taken = PipeError::Broken("the address is in use".into());
/// let incoming: Incoming<(), ()> = Incoming::Listening("/calculator".into(), Err(taken));
/// assert!(matches!(incoming, Incoming::Listening(address, Err(_)) if address == "/calculator"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming<P, R> {
    /// An address is listened on, or cannot be.
    Listening(SmolStr, Result<(), PipeError>),
    /// Somebody connected a session to an address.
    Pipe(SmolStr, P, SessionId),
    /// Somebody sent a request to an address.
    Exchange(SmolStr, Frame, R),
}

/// Why a transport failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipeError {
    /// Nothing listens at the address: start the host or correct the address.
    #[error("nothing listens at the address")]
    NotFound,
    /// The caller is not let in: check credentials and origin.
    #[error("the caller is not let in")]
    Denied,
    /// The peer takes no more for now: try later.
    #[error("the peer takes no more for now")]
    Busy,
    /// The connection broke: connect again.
    #[error("the connection broke: {0}")]
    Broken(SmolStr),
    /// The transport failed in a way that it has a name for: the name tells what to do.
    #[error("{what}: {detail}")]
    Failed {
        /// The transport's name for it, such as `STATUS` or `REDIRECT`.
        what: SmolStr,
        /// What belongs to it, such as the status.
        detail: SmolStr,
    },
    /// The peer sent what is no frame: check that both ends speak the same language.
    #[error("the peer sent what is no frame: {0}")]
    Garbled(SmolStr),
}

impl From<PipeError> for Loss {
    fn from(error: PipeError) -> Loss {
        match error {
            PipeError::NotFound => Loss::NotFound,
            PipeError::Denied => Loss::Denied,
            PipeError::Busy => Loss::Busy,
            PipeError::Broken(reason) => Loss::Broken(reason),
            PipeError::Failed { what, detail } => Loss::Failed { what, detail },
            PipeError::Garbled(reason) => Loss::Garbled(reason),
        }
    }
}
