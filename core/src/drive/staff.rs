//! The user's code behind an end: whom each question goes to, and the operations in progress.

use super::Service;
use super::context::{Context, Facts, Stores};
use super::crew::{Crew, Owner};
use super::link::Link;
use super::service::{Authorizer, ContextProvider, ErrorHandler, Initializer, InstanceProvider};
use crate::action::{Answer, Failure, Question, Reply};
use crate::channel::Channel;
use crate::dispatch::{Dispatch, Dispatcher};
use crate::ids::{ChannelId, ContextId, DispatchId, InstanceId};
use crate::message::Message;
use crate::table::Series;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use smol_str::SmolStr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll};

/// Who answers the questions of an end.
pub(super) trait Staff {
    /// Puts a question. An answer that does not come at once comes from [`next`](Staff::next).
    fn ask(&mut self, brief: Brief, question: Question) -> Option<Response>;
    fn begin_round(&mut self) -> bool;
    fn is_rung(&self) -> bool;
    fn next(&mut self) -> Option<Response>;
    fn release_object(&mut self, instance: InstanceId, dispose: bool);
    fn forget_context(&mut self, context: ContextId);
    fn forget_channel(&mut self, channel: ChannelId);
    fn forget_dispatch(&mut self, dispatch: DispatchId);
    fn knows(&self, dispatch: DispatchId) -> bool;
    fn is_empty(&self) -> bool;
}

/// What comes back from the user's code.
pub(super) enum Response {
    Answer(DispatchId, Answer),
    SingletonMade(InstanceId, bool),
}

/// What a question is about.
pub(super) struct Brief {
    pub dispatch: DispatchId,
    /// Only with the first question of an operation.
    pub facts: Option<Facts>,
    /// Once it is looked up.
    pub operation: Option<SmolStr>,
    /// Only for questions that show the message.
    pub message: Option<Message>,
}

impl Brief {
    /// Collects what a question needs from the machine.
    pub(super) fn new(
        dispatcher: &Dispatcher,
        id: DispatchId,
        question: &Question,
        is_known: bool,
    ) -> Brief {
        let dispatch = dispatcher.dispatch(id);
        let shows = matches!(question, Question::FindContext | Question::OpenContext(_));
        let calls_back = |channel: &Channel| {
            let serving = dispatcher.serving.get(usize::from(channel.endpoint.0));
            channel.is_pipe() && serving.is_some_and(|serving| serving.calls.is_some())
        };
        let facts = |found: &Dispatch| {
            let channel = dispatcher.channel(found.channel);
            Facts {
                dispatch: id,
                channel: found.channel,
                session: channel.and_then(|channel| channel.session),
                headers: found.message.headers.clone(),
                calls_back: channel.is_some_and(calls_back),
            }
        };
        Brief {
            dispatch: id,
            facts: dispatch.filter(|_| !is_known).map(facts),
            operation: dispatch
                .and_then(|found| dispatcher.operation(found))
                .map(|operation| operation.name.clone()),
            message: dispatch.filter(|_| shows).map(|found| (*found.message).clone()),
        }
    }
}

/// A proxy without callback object: no question ever reaches it, because its peer has nothing to
/// call.
pub(super) struct Nobody;

impl Staff for Nobody {
    fn ask(&mut self, _brief: Brief, _question: Question) -> Option<Response> {
        None
    }

    fn begin_round(&mut self) -> bool {
        false
    }

    fn is_rung(&self) -> bool {
        false
    }

    fn next(&mut self) -> Option<Response> {
        None
    }

    fn release_object(&mut self, _instance: InstanceId, _dispose: bool) {}

    fn forget_context(&mut self, _context: ContextId) {}

    fn forget_channel(&mut self, _channel: ChannelId) {}

    fn forget_dispatch(&mut self, _dispatch: DispatchId) {}

    fn knows(&self, _dispatch: DispatchId) -> bool {
        true
    }

    fn is_empty(&self) -> bool {
        true
    }
}

/// What the user gave.
#[derive(Default)]
pub(super) struct Roles {
    pub well_known: Option<Rc<dyn Service>>,
    pub instances: Option<Rc<dyn InstanceProvider>>,
    pub contexts: Option<Rc<dyn ContextProvider>>,
    pub initializers: Vec<Rc<dyn Initializer>>,
    pub authorizer: Option<Rc<dyn Authorizer>>,
    pub error_handlers: Vec<Rc<dyn ErrorHandler>>,
}

/// The user's code, running.
pub(super) struct Servants {
    roles: Roles,
    link: Rc<dyn Link>,
    stores: Stores,
    objects: Series<InstanceId, Rc<dyn Service>>,
    /// Operations that were asked about and have not ended.
    contexts: Series<DispatchId, Context>,
    tasks: Crew<Task>,
}

type Making = LocalBoxFuture<'static, Result<Option<Rc<dyn Service>>, Failure>>;

enum Task {
    Authorize(DispatchId, LocalBoxFuture<'static, bool>),
    Construct(DispatchId, InstanceId, Making),
    Singleton(InstanceId, Making),
    Invoke(DispatchId, Context, LocalBoxFuture<'static, Result<Bytes, Failure>>),
}

impl Servants {
    pub(super) fn new(owner: &Owner, roles: Roles, link: Rc<dyn Link>, stores: Stores) -> Servants {
        Servants {
            roles,
            link,
            stores,
            objects: Series::new(),
            contexts: Series::new(),
            tasks: Crew::new(owner),
        }
    }

    /// Makes the object of a singleton, or brings the user's own into use (`INST-9`, `INST-10`).
    /// The answer comes from [`next`](Staff::next).
    pub(super) fn make_singleton(&mut self, instance: InstanceId) {
        let making = match (&self.roles.well_known, &self.roles.instances) {
            (Some(object), _) => futures::future::ready(Ok(Some(Rc::clone(object)))).boxed_local(),
            (None, Some(provider)) => provider.get(instance, None),
            (None, None) => futures::future::ready(Ok(None)).boxed_local(),
        };
        self.tasks.insert(Task::Singleton(instance, making));
    }

    /// Whether a context may be closed (`INST-22`).
    pub(super) fn is_idle(&self, context: ContextId) -> bool {
        self.roles.contexts.as_ref().is_none_or(|provider| provider.is_idle(context))
    }

    /// The answer to a question, or what brings it.
    fn task(
        &self,
        at: &Context,
        question: Question,
        message: Option<Message>,
    ) -> Result<Answer, Task> {
        let id = at.dispatch();
        Ok(match question {
            Question::Authorize => match &self.roles.authorizer {
                Some(authorizer) => return Err(Task::Authorize(id, authorizer.authorize(at))),
                None => Answer::Authorized(true),
            },
            Question::FindContext => {
                let message = message.unwrap_or_default();
                let provider = self.roles.contexts.as_ref();
                Answer::Found(provider.map_or(Ok(None), |provider| provider.find(&message, at)))
            }
            Question::OpenContext(context) => {
                at.place(context, None);
                Answer::Opened(self.opened(context, &message.unwrap_or_default(), at))
            }
            Question::Construct(context, instance) => {
                at.place(context, None);
                let Some(provider) = &self.roles.instances else {
                    return Ok(Answer::Constructed(Ok(false)));
                };
                return Err(Task::Construct(id, instance, provider.get(instance, Some(at))));
            }
            Question::Invoke { context, instance, operation, body } => {
                at.place(context, instance);
                match instance.and_then(|instance| self.objects.get(&instance)) {
                    Some(object) => {
                        let running = Rc::clone(object).call(at.clone(), operation, body);
                        return Err(Task::Invoke(id, at.clone(), running));
                    }
                    None => Answer::Returned(Err(no_object())),
                }
            }
            Question::ProvideFault(failure) => {
                let mut handlers = self.roles.error_handlers.iter();
                let fault = handlers.find_map(|handler| handler.provide_fault(&failure, at));
                Answer::Provided(fault)
            }
            Question::HandleError(failure) => {
                let handled = |handler: &Rc<dyn ErrorHandler>| handler.handle_error(&failure, at);
                Answer::Handled(self.roles.error_handlers.iter().any(handled))
            }
        })
    }

    /// Lets a task go on, and takes it away when it has ended.
    fn go_on(&mut self, place: usize) -> Option<Response> {
        let (task, waker) = self.tasks.get(place)?;
        let Poll::Ready(done) = task.poll(&mut task::Context::from_waker(waker)) else {
            return None;
        };
        let task = self.tasks.remove(place);
        drop(task);
        Some(self.finish(done))
    }

    fn opened(&self, context: ContextId, message: &Message, at: &Context) -> Result<(), Failure> {
        if let Some(provider) = &self.roles.contexts {
            provider.opened(context, message, at)?;
        }
        self.roles.initializers.iter().try_for_each(|each| each.opened(context, message, at))
    }

    fn keep(
        &mut self,
        instance: InstanceId,
        made: Result<Option<Rc<dyn Service>>, Failure>,
    ) -> Result<bool, Failure> {
        let object = made?;
        let is_there = object.is_some();
        if let Some(object) = object {
            self.objects.insert(instance, object);
        }
        Ok(is_there)
    }

    fn finish(&mut self, done: Done) -> Response {
        match done {
            Done::Answer(id, answer) => Response::Answer(id, answer),
            Done::Constructed(id, instance, made) => {
                Response::Answer(id, Answer::Constructed(self.keep(instance, made)))
            }
            Done::Singleton(instance, made) => {
                let made = self.keep(instance, made).unwrap_or(false);
                Response::SingletonMade(instance, made)
            }
        }
    }
}

enum Done {
    Answer(DispatchId, Answer),
    Constructed(DispatchId, InstanceId, Result<Option<Rc<dyn Service>>, Failure>),
    Singleton(InstanceId, Result<Option<Rc<dyn Service>>, Failure>),
}

impl Task {
    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Done> {
        match self {
            Task::Authorize(id, task) => Pin::new(task)
                .poll(cx)
                .map(|allowed| Done::Answer(*id, Answer::Authorized(allowed))),
            Task::Construct(id, instance, task) => {
                Pin::new(task).poll(cx).map(|made| Done::Constructed(*id, *instance, made))
            }
            Task::Singleton(instance, task) => {
                Pin::new(task).poll(cx).map(|made| Done::Singleton(*instance, made))
            }
            Task::Invoke(id, at, task) => Pin::new(task).poll(cx).map(|result| {
                let reply = result.map(|body| Reply { body, headers: at.take_reply_headers() });
                Done::Answer(*id, Answer::Returned(reply))
            }),
        }
    }
}

impl Staff for Servants {
    fn ask(&mut self, brief: Brief, question: Question) -> Option<Response> {
        let Brief { dispatch, facts, operation, message } = brief;
        if let Some(facts) = facts {
            let at = Context::new(facts, Rc::clone(&self.link), self.stores.clone());
            self.contexts.insert(dispatch, at);
        }
        // The operation may have left the pipeline meanwhile; then nobody waits for an answer.
        let at = self.contexts.get(&dispatch).cloned()?;
        if let Some(operation) = operation {
            at.name(operation);
        }
        match self.task(&at, question, message) {
            Ok(answer) => Some(Response::Answer(dispatch, answer)),
            Err(task) => {
                let place = self.tasks.place(task);
                self.go_on(place)
            }
        }
    }

    fn begin_round(&mut self) -> bool {
        self.tasks.begin_round()
    }

    fn is_rung(&self) -> bool {
        self.tasks.is_rung()
    }

    fn next(&mut self) -> Option<Response> {
        while let Some(place) = self.tasks.next_rung() {
            if let Some(response) = self.go_on(place) {
                return Some(response);
            }
        }
        None
    }

    fn release_object(&mut self, instance: InstanceId, dispose: bool) {
        let hidden = self.roles.well_known.is_none();
        // A hidden singleton that was released is disposed of with its host (INST-21).
        let object = match hidden && !dispose {
            true => self.objects.get(&instance).cloned(),
            false => self.objects.remove(&instance),
        };
        if let (Some(object), Some(provider), true) = (object, &self.roles.instances, hidden) {
            provider.release(instance, object, dispose);
        }
    }

    fn forget_context(&mut self, context: ContextId) {
        self.stores.forget_context(context);
        if let Some(provider) = &self.roles.contexts {
            provider.closed(context);
        }
    }

    fn forget_channel(&mut self, channel: ChannelId) {
        self.stores.forget_channel(channel);
    }

    fn forget_dispatch(&mut self, dispatch: DispatchId) {
        if let Some(at) = self.contexts.remove(&dispatch) {
            at.complete();
        }
    }

    fn knows(&self, dispatch: DispatchId) -> bool {
        self.contexts.get(&dispatch).is_some()
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

fn no_object() -> Failure {
    Failure::Unhandled("the instance provider gave no service object".to_owned())
}
