//! What an end asks its habitat to do, and what the habitat tells it: the whole seam between the
//! machines and the world.

use crate::error::{HostError, ProxyError};
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, OperationId,
    SessionId,
};
use crate::message::{Fault, Header, Message};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Names a command, so that its end can be told to whoever gave it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub u64);

/// Something to do. Each is carried out in the order given. Messages are boxed: they pass through
/// many hands.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Connect a session channel; [`Wire::Opened`] or [`Wire::Lost`] answers.
    Dial(ChannelId),
    /// Send a message on a session channel.
    Send {
        /// The channel.
        channel: ChannelId,
        /// The call that it makes, whose caller hears if it cannot be written; none for a reply.
        call: Option<CallId>,
        /// What to send.
        message: Box<Message>,
    },
    /// Tell the peer that nothing more will be sent on the channel.
    EndOutput(ChannelId),
    /// Let go of the channel: in good order, or at once so that the peer sees it break.
    Release {
        /// The channel.
        channel: ChannelId,
        /// Cut the connection instead of letting what was sent arrive.
        abort: bool,
    },
    /// Send a request on a pooled channel; [`Wire::Response`] or [`Wire::Lost`] answers.
    Request {
        /// The channel.
        channel: ChannelId,
        /// The call that it makes.
        call: CallId,
        /// What to send.
        message: Box<Message>,
    },
    /// Answer an exchange; with nothing, if the operation is one-way.
    Respond(ExchangeId, Option<Box<Message>>),
    /// Break an exchange off: nothing will answer it.
    Cut(ExchangeId),
    /// Begin to listen; [`HostInput::Listening`](crate::host::HostInput::Listening) answers.
    Listen(EndpointId),
    /// Stop listening.
    Unlisten(EndpointId),
    /// Put a question to the user's code; an [`Answer`] answers.
    Ask(DispatchId, Question),
    /// Make the service object of a singleton before the host opens (`INST-9`);
    /// [`HostInput::SingletonMade`](crate::host::HostInput::SingletonMade) answers.
    MakeSingleton(InstanceId),
    /// Ask the context's provider whether it is idle (`INST-22`);
    /// [`HostInput::ContextIdle`](crate::host::HostInput::ContextIdle) answers.
    AskIdle(ContextId),
    /// Give up a service object; dispose of it if the runtime made it.
    ReleaseObject {
        /// The object.
        instance: InstanceId,
        /// Whether to dispose of it, or only to forget it (`INST-21`).
        dispose: bool,
    },
    /// A context has closed: its extensions end with it.
    ForgetContext(ContextId),
    /// An operation has ended: its place in the user's tables ends with it.
    ForgetDispatch(DispatchId),
    /// A call has ended.
    Settle(CallId, Result<Box<Message>, ProxyError>),
    /// An operation that had stepped out may go on (`CONC-5`).
    Resume(DispatchId, CallId),
    /// A command to a proxy has ended.
    ProxyDone(Ticket, Result<(), ProxyError>),
    /// A command to a host has ended.
    HostDone(Ticket, Result<(), HostError>),
}

/// What the transport tells.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wire {
    /// The session channel is connected.
    Opened(ChannelId, SessionId),
    /// A message arrived on a session channel.
    Arrived(ChannelId, Box<Message>),
    /// The peer will send nothing more on the session channel.
    Ended(ChannelId),
    /// The connection could not be made, or broke.
    Lost(ChannelId, Loss),
    /// The answer on a pooled channel; nothing, if the operation was one-way.
    Response(ChannelId, Option<Box<Message>>),
}

/// Why a connection could not be made, or broke.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Loss {
    /// Nothing listens at the address.
    NotFound,
    /// The caller is not let in.
    Denied,
    /// The peer takes no more connections for now.
    Busy,
    /// The connection broke; what the transport says.
    Broken(SmolStr),
    /// The transport failed in a way that it has a name for.
    Failed {
        /// The name.
        what: SmolStr,
        /// What belongs to it.
        detail: SmolStr,
    },
    /// The peer sent what is no message.
    Garbled(SmolStr),
}

impl Loss {
    /// The error that a caller gets.
    pub fn error(&self) -> ProxyError {
        match self {
            Loss::NotFound => ProxyError::NotFound,
            Loss::Denied => ProxyError::AccessDenied,
            Loss::Busy => ProxyError::TooBusy,
            Loss::Broken(reason) => ProxyError::Disconnected { reason: reason.clone() },
            Loss::Failed { what, detail } => {
                ProxyError::Transport { what: what.clone(), detail: detail.clone() }
            }
            Loss::Garbled(reason) => ProxyError::Protocol { reason: reason.clone() },
        }
    }
}

/// A question to the user's code, about one operation in progress.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Question {
    /// Is the caller let in?
    Authorize,
    /// Which context does the message belong to? Asked only of a custom provider (`INST-22`).
    FindContext,
    /// A context opens: let its provider and initializers see it (`INST-7`).
    OpenContext(ContextId),
    /// Make the service object (`INST-8`).
    Construct(ContextId, InstanceId),
    /// Carry out the operation.
    Invoke {
        /// The context.
        context: ContextId,
        /// The object; none if its provider gave none.
        instance: Option<InstanceId>,
        /// The operation.
        operation: OperationId,
        /// Its arguments.
        body: Bytes,
    },
    /// What shall the caller hear of this failure? Asked of the error handlers (`FLT-3`).
    ProvideFault(Failure),
    /// It is over; is the failure dealt with? Asked of the error handlers (`FLT-7`).
    HandleError(Failure),
}

/// The answer to a [`Question`], of the same name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// To [`Question::Authorize`].
    Authorized(bool),
    /// To [`Question::FindContext`]: an existing context, or none to make one.
    Found(Result<Option<ContextId>, Failure>),
    /// To [`Question::OpenContext`].
    Opened(Result<(), Failure>),
    /// To [`Question::Construct`]: whether there is an object; a provider may give none.
    Constructed(Result<bool, Failure>),
    /// To [`Question::Invoke`].
    Returned(Result<Reply, Failure>),
    /// To [`Question::ProvideFault`].
    Provided(Option<Fault>),
    /// To [`Question::HandleError`].
    Handled(bool),
}

/// What an operation returned.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Reply {
    /// Its result.
    pub body: Bytes,
    /// Headers that the operation set for its reply (`CTX-5`).
    pub headers: Vec<Header>,
}

impl From<Bytes> for Reply {
    fn from(body: Bytes) -> Reply {
        Reply { body, headers: Vec::new() }
    }
}

/// How an operation failed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// A fault that the author meant to send; the session goes on (`FLT-1`).
    Fault(Fault),
    /// Anything else; the caller learns little and the session ends (`FLT-4`, `FLT-5`).
    Unhandled(String),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

impl From<ProxyError> for Failure {
    /// An operation whose own call fails, fails: with the fault it received, or in a way nobody
    /// foresaw.
    fn from(error: ProxyError) -> Failure {
        match error {
            ProxyError::Fault(fault) => Failure::Fault(*fault),
            other => Failure::Unhandled(other.to_string()),
        }
    }
}
